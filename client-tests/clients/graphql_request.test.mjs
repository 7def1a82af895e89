// graphql-request: the screens of the shop, the documents of the applications over the graph, and
// errors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, separateOperations } from 'graphql';
import { ClientError, GraphQLClient, gql } from 'graphql-request';
import { recordingFetch } from '../support/recording_fetch.mjs';
import { ALICE, SCREENS, documentOf } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

const weft = weftOfFile();

function clientOf(path = '/graphql', options = {}) {
  return new GraphQLClient(`${weft.url}${path}`, { headers: ALICE, ...options });
}

for (const { name, path, document, variables, shows, expected } of SCREENS) {
  test(name, async () => {
    const { fetch, exchanges } = recordingFetch();
    const data = await clientOf(path, { fetch }).request(document, variables);
    assert.deepEqual(shows(data), expected);
    assert.equal(exchanges[0].type, 'application/graphql-response+json');
  });
}

test('what is made is found, with the documents of the web', async () => {
  const text = documentOf(
    'client-tests/operations/web/products.graphql',
    'client-tests/operations/web/product_card.graphql',
  );
  const { CreateProduct, ProductPage, GetOrder } = separateOperations(parse(text));
  const client = clientOf();
  const { createProduct } = await client.request(CreateProduct);
  const { id } = createProduct.product;
  assert.deepEqual(createProduct.product, { id, name: 'Monitor', price: 299.99 });
  const { product } = await client.request(ProductPage, { id });
  assert.deepEqual([product.id, product.name, product.inventory], [id, 'Monitor', 15]);
  const { order } = await client.request(GetOrder);
  assert.deepEqual(order.items.map(({ product }) => product.name), ['Laptop', 'Mouse']);
});

test('queries go by GET with a header that asks for a preflight', async () => {
  const { fetch, exchanges } = recordingFetch();
  const headers = { ...ALICE, 'graphql-require-preflight': '1' };
  const client = clientOf('/graphql', { method: 'GET', headers, fetch });
  const flagship = documentOf('client-tests/operations/web/flagship.graphql');
  const { user } = await client.request(flagship, { id: 'user_123' });
  assert.deepEqual([user.username, user.orders.length], ['alice', 4]);
  assert.equal(exchanges[0].method, 'GET');
});

test('an error has its code, and what came with it', async () => {
  const refused = (document) => clientOf().request(document).catch((error) => error);
  const invalid = await refused(gql`{ nothing }`);
  assert.ok(invalid instanceof ClientError, String(invalid));
  assert.equal(invalid.response.status, 400);
  assert.equal(invalid.response.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');

  const { response } = await refused(gql`{ getUser(id: "user_456") { name orders { id } } }`);
  assert.equal(response.status, 200);
  assert.deepEqual(response.data, { getUser: { name: 'Bob', orders: null } });
  assert.deepEqual(response.errors[0].path, ['getUser', 'orders']);
  assert.equal(response.errors[0].extensions.code, 'FORBIDDEN');
});
