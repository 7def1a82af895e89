// Apollo Client: the screens of the shop, a cache by type and id, a mutation that it takes in, and
// what becomes of errors under each policy.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { recordingFetch } from '../support/recording_fetch.mjs';
import { ALICE, DASHBOARD, SCREENS } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

const weft = weftOfFile();

/** A client as applications make it; `exchanges` is what it asked. */
function clientOf(path = '/graphql') {
  const { fetch, exchanges } = recordingFetch();
  const link = new HttpLink({ uri: `${weft.url}${path}`, fetch, headers: ALICE });
  return { client: new ApolloClient({ link, cache: new InMemoryCache() }), exchanges };
}

for (const { name, path, document, variables, shows, expected } of SCREENS) {
  test(name, async () => {
    const { client, exchanges } = clientOf(path);
    const query = gql(document);
    const { data } = await client.query({ query, variables });
    assert.deepEqual(shows(data), expected);
    const cached = await client.query({ query, variables, fetchPolicy: 'cache-only' });
    assert.deepEqual(shows(cached.data), expected);
    assert.deepEqual(
      exchanges.map(({ method, status, type }) => [method, status, type]),
      [['POST', 200, 'application/graphql-response+json']],
    );
  });
}

test('the cache has each thing once, by type and id', async () => {
  const { client } = clientOf();
  await client.query({ query: gql(DASHBOARD), variables: { user: 'user_123' } });
  const cached = client.cache.extract();
  const things = Object.keys(cached).filter((key) => key.includes(':'));
  assert.deepEqual(things.sort(), [
    'Order:1',
    'Order:ord_1',
    'Order:ord_2',
    'Order:order_001',
    'Product:1',
    'Product:10',
    'Product:2',
    'Product:201',
    'Product:203',
    'User:user_123',
  ]);
  const [laptop] = cached['Order:1'].items;
  assert.deepEqual(laptop.product, { __ref: 'Product:1' });
  assert.equal(cached['Product:1'].name, 'Laptop');
});

test('what a mutation answers is seen wherever it is shown', { timeout: 30_000 }, async () => {
  const { client, exchanges } = clientOf();
  const dashboard = { query: gql(DASHBOARD), variables: { user: 'user_123' } };
  await client.query(dashboard);
  const prices = [];
  let subscription;
  const changed = new Promise((resolve) => {
    subscription = client.watchQuery(dashboard).subscribe(({ data }) => {
      prices.push(data.getUser.orders[0].items[1].product.price);
      if (prices.length === 2) resolve();
    });
  });
  const mutation = gql`
    mutation Cheaper {
      updateProduct(id: "2", price: 24.5) { product { id price version } }
    }
  `;
  await client.mutate({ mutation });
  await changed;
  subscription.unsubscribe();
  assert.deepEqual(prices, [29.99, 24.5]);
  assert.equal(client.cache.extract()['Product:2'].version, 2);
  assert.equal(exchanges.length, 2);
});

test('a partial answer is an error, or what there is, as the policy says', async () => {
  const { client } = clientOf();
  const query = gql`
    query NotHers {
      getUser(id: "user_456") { id name orders { id } }
    }
  `;
  const refused = await client.query({ query }).catch((error) => error);
  assert.ok(CombinedGraphQLErrors.is(refused), String(refused));
  assert.deepEqual(codesAndPaths(refused), [['FORBIDDEN', 'getUser.orders']]);

  const { data, error } = await client.query({ query, errorPolicy: 'all' });
  assert.deepEqual([data.getUser.name, data.getUser.orders], ['Bob', null]);
  assert.deepEqual(codesAndPaths(error), [['FORBIDDEN', 'getUser.orders']]);
});

test('an operation that is not valid is a GraphQL error, not one of the transport', async () => {
  const { client, exchanges } = clientOf();
  const refused = await client.query({ query: gql`query Wrong { nothing }` }).catch((error) => error);
  assert.ok(CombinedGraphQLErrors.is(refused), String(refused));
  assert.equal(refused.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(exchanges[0].status, 400);
});

function codesAndPaths({ errors }) {
  return errors.map(({ extensions, path }) => [extensions.code, path.join('.')]);
}
