// Apollo Client's links for less on the wire: documents named by their hashes, by GET, and several
// operations in one request, against a gateway where batching is on.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { recordingFetch } from '../support/recording_fetch.mjs';
import { ALICE, DASHBOARD, SCREENS } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

const BATCH_MAX = 4;

const weft = weftOfFile({
  configuration: `\nbatching: { enabled: true, maximum_size: ${BATCH_MAX} }\n`,
});

const HEADERS = { ...ALICE, 'apollo-require-preflight': 'true' };

/** A client whose links end in one of HTTP; `exchanges` is what it asked. */
function clientOf(linkOf, path = '/graphql') {
  const { fetch, exchanges } = recordingFetch();
  const link = linkOf({ uri: `${weft.url}${path}`, fetch, headers: HEADERS });
  return { client: new ApolloClient({ link, cache: new InMemoryCache() }), exchanges };
}

const persisted = (options) => (http) => {
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const hashed = new PersistedQueryLink({ sha256, useGETForHashedQueries: true, ...options });
  return ApolloLink.from([hashed, new HttpLink(http)]);
};

const batched = (options) => (http) => new BatchHttpLink({ batchInterval: 5, ...http, ...options });

const isSent = ({ url, body }) => {
  const { searchParams } = new URL(url);
  return searchParams.has('query') || (body !== undefined && 'query' in JSON.parse(body));
};

for (const { name, path, document, variables, shows, expected } of SCREENS) {
  test(`${name}: its document is sent once, and named by GET from then on`, async () => {
    const query = gql(document);
    const first = clientOf(persisted(), path);
    assert.deepEqual(shows((await first.client.query({ query, variables })).data), expected);
    assert.deepEqual(
      first.exchanges.map((it) => [it.method, it.status, isSent(it)]),
      [['GET', 200, false], ['POST', 200, true]],
    );
    // Another client: what is known is known of all.
    const second = clientOf(persisted(), path);
    assert.deepEqual(shows((await second.client.query({ query, variables })).data), expected);
    assert.deepEqual(
      second.exchanges.map((it) => [it.method, it.status, isSent(it)]),
      [['GET', 200, false]],
    );
  });
}

test('mutations are named, too, and never by GET', async () => {
  const { client, exchanges } = clientOf(persisted());
  const mutation = gql`
    mutation Restock($stock: Int!) { updateProduct(id: "2", stock: $stock) { product { id stock } } }
  `;
  for (const stock of [71, 72]) {
    const { data } = await client.mutate({ mutation, variables: { stock } });
    assert.equal(data.updateProduct.product.stock, stock);
  }
  assert.deepEqual(
    exchanges.map((it) => [it.method, isSent(it)]),
    [['POST', false], ['POST', true], ['POST', false]],
  );
});

test('a hash that is not the document’s is an error, and not another answer', async () => {
  const wrong = createHash('sha256').update('{ other }').digest('hex');
  const { client, exchanges } = clientOf(persisted({ sha256: () => wrong }));
  const query = gql`query Mine { me { id } }`;
  const refused = await client.query({ query }).catch((error) => error);
  assert.equal(refused.errors[0].extensions.code, 'PERSISTED_QUERY_HASH_MISMATCH');
  assert.deepEqual(exchanges.map(({ status }) => status), [200, 400]);
});

test('the screens of a view that ask at once are one request', async () => {
  for (const path of new Set(SCREENS.map((screen) => screen.path))) {
    const screens = SCREENS.filter((screen) => screen.path === path);
    const { client, exchanges } = clientOf(batched({ batchMax: BATCH_MAX }), path);
    const answers = await Promise.all(
      screens.map(({ document, variables }) => client.query({ query: gql(document), variables })),
    );
    screens.forEach(({ shows, expected }, index) => {
      assert.deepEqual(shows(answers[index].data), expected);
    });
    assert.deepEqual(exchanges.map(({ body }) => JSON.parse(body).length), [screens.length], path);
  }
});

test('of a batch each has its own answer: what is wrong with one is no other’s', async () => {
  const { client, exchanges } = clientOf(batched());
  const ask = (query, variables) => client.query({ query, variables }).catch((error) => error);
  const [dashboard, wrong, refused] = await Promise.all([
    ask(gql(DASHBOARD), { user: 'user_123' }),
    ask(gql`query Wrong { nothing }`),
    ask(gql`query NotHers { getUser(id: "user_456") { name orders { id } } }`),
  ]);
  assert.equal(dashboard.data.getUser.orders.length > 0, true);
  assert.equal(wrong.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(refused.errors[0].extensions.code, 'FORBIDDEN');
  assert.deepEqual(exchanges.map(({ method, status }) => [method, status]), [['POST', 200]]);
});

test('more in one than the gateway takes is one refusal, and an error for each', async () => {
  const { client, exchanges } = clientOf(batched({ batchMax: BATCH_MAX + 1 }));
  const asked = Array.from({ length: BATCH_MAX + 1 }, (_, index) => {
    const query = gql(`query Number${index} { me { id } }`);
    return client.query({ query, fetchPolicy: 'no-cache' }).catch((error) => error);
  });
  const answers = await Promise.all(asked);
  assert.deepEqual(exchanges.map(({ status }) => status), [400]);
  const expected = 'server returned results with length 1, expected length of 5';
  assert.deepEqual(answers.map(({ message }) => message), answers.map(() => expected));
});
