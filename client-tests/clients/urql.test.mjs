// urql with its graph cache, which knows the schema: the screens of the shop, what it answers from
// what it has, a mutation that it takes in, partial answers, and GET.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { introspect } from '../support/introspection.mjs';
import { recordingFetch } from '../support/recording_fetch.mjs';
import { ALICE, DASHBOARD, SCREENS } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

const weft = weftOfFile();

/** A client as applications make it; `exchanges` is what it asked. */
async function clientOf(path = '/graphql', options = {}) {
  const { fetch, exchanges } = recordingFetch();
  const url = `${weft.url}${path}`;
  const cache = cacheExchange({ schema: await introspect(url), keys: { ...KEYLESS[path] } });
  const client = new Client({
    url,
    fetch,
    fetchOptions: { headers: ALICE },
    preferGetMethod: false,
    exchanges: [cache, fetchExchange],
    ...options,
  });
  return { client, exchanges };
}

/** What has no id of its own is kept in what has it. */
const keyless = (...types) => Object.fromEntries(types.map((type) => [type, () => null]));
const KEYLESS = {
  '/graphql': keyless('OrderItem'),
  '/bff-web/graphql': keyless(
    'WebDashboard',
    'WebAnalytics',
    'WebOrderItem',
    'WebProductPage',
    'WebReview',
    'WebReviewer',
  ),
  '/bff-mobile/graphql': keyless('MobileHome', 'MobileUser', 'MobileOrderItem', 'QuickAction'),
};

for (const { name, path, document, variables, shows, expected } of SCREENS) {
  test(name, async (t) => {
    const { client, exchanges } = await clientOf(path);
    const warnings = t.mock.method(console, 'warn', () => {});
    const { data, error } = await client.query(document, variables);
    assert.equal(error, undefined);
    assert.deepEqual(shows(data), expected);
    const again = client.readQuery(document, variables);
    assert.deepEqual(shows(again.data), expected);
    // One JSON answer, although it says that it would read streams, too.
    assert.deepEqual(
      exchanges.map(({ method, status, type }) => [method, status, type]),
      [['POST', 200, 'application/graphql-response+json']],
    );
    assert.match(exchanges[0].accept, /text\/event-stream, multipart\/mixed/);
    assert.deepEqual(warnings.mock.calls.map(({ arguments: said }) => said), []);
  });
}

test('what a mutation answers is seen wherever it is shown, without another request', async () => {
  const { client, exchanges } = await clientOf();
  const variables = { user: 'user_123' };
  const priceOf = ({ data }) => data.getUser.orders[0].items[1].product.price;
  assert.equal(priceOf(await client.query(DASHBOARD, variables)), 29.99);
  const cheaper = 'mutation { updateProduct(id: "2", price: 24.5) { product { id price } } }';
  assert.equal((await client.mutation(cheaper, {})).error, undefined);
  assert.equal(priceOf(client.readQuery(DASHBOARD, variables)), 24.5);
  assert.equal(exchanges.length, 2);
});

test('a partial answer is what there is, with its error', async () => {
  const { client } = await clientOf();
  const { data, error } = await client.query('{ getUser(id: "user_456") { id name orders { id } } }', {});
  assert.deepEqual([data.getUser.name, data.getUser.orders], ['Bob', null]);
  const [{ extensions, path }] = error.graphQLErrors;
  assert.deepEqual([extensions.code, path], ['FORBIDDEN', ['getUser', 'orders']]);
});

test('queries go by GET with a header that asks for a preflight', async () => {
  const query = 'query Price($id: ID!) { product(id: $id) { id price } }';
  const headers = { ...ALICE, 'apollo-require-preflight': 'true' };
  const asked = { preferGetMethod: 'force', fetchOptions: { headers } };
  const { client, exchanges } = await clientOf('/graphql', asked);
  const { data } = await client.query(query, { id: '1' });
  assert.equal(data.product.price, 999.99);
  assert.deepEqual(exchanges.map(({ method }) => method), ['GET']);

  const without = await clientOf('/graphql', { preferGetMethod: 'force', fetchOptions: {} });
  const { error } = await without.client.query(query, { id: '1' });
  assert.equal(error.graphQLErrors[0].extensions.code, 'CSRF_ERROR');
});
