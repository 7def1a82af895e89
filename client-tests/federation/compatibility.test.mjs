// What Apollo's subgraph compatibility suite asks of a subgraph, asked of `reference_products`, an
// example of our subgraphs' crate; and of our gateway over it and the suite's two other subgraphs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { stripIgnoredCharacters } from 'graphql';
import { startExample, startGateway } from '../support/weft.mjs';
import { startReferenceSubgraphs } from './reference_subgraphs.mjs';

const started = [];
let products;
let gateway;

before(async () => {
  products = await startExample('reference_products');
  started.push(products);
  const { users, inventory } = await startReferenceSubgraphs();
  started.push(users, inventory);
  const subgraphs = Object.entries({ products, users, inventory }).map(
    ([name, { url }]) => `  ${name}: { schema: { subgraph_url: "${url}" } }\n`,
  );
  gateway = await startGateway(`subgraphs:\n${subgraphs.join('')}`);
  started.push(gateway);
});
after(async () => {
  for (const { stop } of started.reverse()) await stop();
});

async function ask(url, query, variables) {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const body = JSON.stringify({ query, variables });
  const { data, errors } = await (await fetch(url, { method: 'POST', headers, body })).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

const askProducts = (query, variables) => ask(products.url, query, variables);
const askGateway = (query, variables) => ask(`${gateway.url}/graphql`, query, variables);

async function entities(fields, ...representations) {
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ${fields} }
  }`;
  return (await askProducts(query, { representations }))._entities;
}

async function sdl() {
  return stripIgnoredCharacters((await askProducts('{ _service { sdl } }'))._service.sdl);
}

const FEDERATION = { id: 'apollo-federation' };
const EMAIL = 'support@apollographql.com';

test('_service: the types of the suite, with their fields', async () => {
  const printed = await sdl();
  for (const [type, fields] of Object.entries(TYPES)) {
    const found = new RegExp(`(?:extend )?type ${type}\\b[^{]*\\{(.*?)\\}`).exec(
      printed.replace(/"[^"]*"/g, (string) => string.replace(/[{}]/g, ' ')),
    );
    assert.ok(found, `${type} in ${printed}`);
    for (const field of fields) assert.ok(found[1].includes(field), `${type}: ${field} in ${found[1]}`);
  }
});

/** As the suite's schema has them. */
const TYPES = {
  Product: [
    'id:ID!',
    'sku:String',
    'package:String',
    'variation:ProductVariation',
    'dimensions:ProductDimension',
    'createdBy:User',
    'notes:String',
    'research:[ProductResearch!]!',
  ],
  DeprecatedProduct: ['sku:String!', 'package:String!', 'reason:String', 'createdBy:User'],
  ProductVariation: ['id:ID!'],
  ProductResearch: ['study:CaseStudy!', 'outcome:String'],
  CaseStudy: ['caseNumber:ID!', 'description:String'],
  ProductDimension: ['size:String', 'weight:Float', 'unit:String'],
  Query: ['product(id:ID!):Product', 'deprecatedProduct(sku:String!package:String!):DeprecatedProduct'],
  User: [
    'averageProductsCreatedPerYear:Int',
    'email:ID!',
    'name:String',
    'totalProductsCreated:Int',
    'yearsOfEmployment:Int!',
  ],
  Inventory: ['id:ID!', 'deprecatedProducts:[DeprecatedProduct!]!'],
};

test('@link: one of Federation 2, which imports what it uses', async () => {
  const links = [...(await sdl()).matchAll(/@link\(url:"([^"]+)" import:\[(.*?)\]\)/g)];
  const federation = links.filter(([, url]) => url.startsWith('https://specs.apollo.dev/federation/'));
  assert.equal(federation.length, 1);
  assert.match(federation[0][1], /\/v2\.\d+$/);
  const known = ['@composeDirective', '@extends', '@external', '@inaccessible', '@interfaceObject', '@key',
    '@override', '@provides', '@requires', '@shareable', '@tag', 'FieldSet'];
  for (const [name] of federation[0][2].matchAll(/[@\w]+/g)) assert.ok(known.includes(name), name);
});

test('@key with one field', async () => {
  assert.match(await sdl(), /type User@key\(fields:"email"\)/);
  const user = { __typename: 'User', email: EMAIL };
  assert.deepEqual(await entities('... on User { email name }', user), [{ email: EMAIL, name: 'Jane Smith' }]);
});

test('@key with several fields', async () => {
  assert.match(await sdl(), /type DeprecatedProduct@key\(fields:"sku package"\)/);
  const key = { sku: 'apollo-federation-v1', package: '@apollo/federation-v1' };
  const found = await entities('... on DeprecatedProduct { sku package reason }', {
    __typename: 'DeprecatedProduct',
    ...key,
  });
  assert.deepEqual(found, [{ ...key, reason: 'Migrate to Federation V2' }]);
});

test('@key with a field of an object', async () => {
  assert.match(await sdl(), /type ProductResearch@key\(fields:"study \{ caseNumber \}"\)/);
  const research = { __typename: 'ProductResearch', study: { caseNumber: '1234' } };
  const found = await entities('... on ProductResearch { study { caseNumber description } }', research);
  assert.deepEqual(found, [{ study: { caseNumber: '1234', description: 'Federation Study' } }]);
});

test('@key several times', async () => {
  const type = /type Product@.*?\{(?!.*type Product@)/.exec((await sdl()).replace(/"sku variation \{ id \}"/, '"V"'))[0];
  for (const fields of ['id', 'sku package', 'V']) assert.ok(type.includes(`@key(fields:"${fields}")`), type);
  const found = await entities(
    '... on Product { id sku }',
    { __typename: 'Product', ...FEDERATION },
    { __typename: 'Product', sku: 'federation', package: '@apollo/federation' },
    { __typename: 'Product', sku: 'studio', variation: { id: 'platform' } },
  );
  const federation = { ...FEDERATION, sku: 'federation' };
  assert.deepEqual(found, [federation, federation, { id: 'apollo-studio', sku: 'studio' }]);
});

test('@requires: what another subgraph has comes with the representation', async () => {
  const query = 'query ($id: ID!) { product(id: $id) { createdBy { averageProductsCreatedPerYear email } } }';
  const { product } = await askGateway(query, FEDERATION);
  assert.deepEqual(product.createdBy, { averageProductsCreatedPerYear: 133, email: EMAIL });
});

test('@requires of an object’s fields, the other way round', async () => {
  const query = 'query ($id: ID!) { product(id: $id) { delivery(zip: "94111") { fastestDelivery } } }';
  assert.deepEqual((await askGateway(query, FEDERATION)).product.delivery, { fastestDelivery: '1 day' });
});

test('@provides: the field is there on this way', async () => {
  const query = 'query ($id: ID!) { product(id: $id) { createdBy { email totalProductsCreated } } }';
  const { product } = await askProducts(query, FEDERATION);
  assert.deepEqual(product.createdBy, { email: EMAIL, totalProductsCreated: 1337 });
  assert.match(await sdl(), /createdBy:User@provides\(fields:"totalProductsCreated"\)/);
  assert.deepEqual((await askGateway(query, FEDERATION)).product, product);
});

test('@shareable: a value type of two subgraphs', async () => {
  assert.match(await sdl(), /type ProductDimension@shareable/);
  const query = 'query ($id: ID!) { product(id: $id) { dimensions { size weight } } }';
  const { product } = await askGateway(query, FEDERATION);
  assert.deepEqual(product.dimensions, { size: 'small', weight: 1 });
});

test('@tag', async () => {
  assert.match(await sdl(), /notes:String@tag\(name:"internal"\)/);
});

test('@override: the name is told by who has taken it over', async () => {
  assert.match(await sdl(), /name:String@override\(from:"users"\)/);
  const query = 'query ($id: ID!) { product(id: $id) { createdBy { name } } }';
  assert.equal((await askGateway(query, FEDERATION)).product.createdBy.name, 'Jane Smith');
});

test('@inaccessible: the subgraph answers it, the gateway does not know it', async () => {
  assert.match(await sdl(), /unit:String@inaccessible/);
  const query = 'query ($id: ID!) { product(id: $id) { dimensions { unit } } }';
  assert.equal((await askProducts(query, FEDERATION)).product.dimensions.unit, 'kg');
  await assert.rejects(askGateway(query, FEDERATION), /GRAPHQL_VALIDATION_FAILED/);
});

test('@composeDirective: a directive of one’s own, linked, defined and applied', async () => {
  const printed = await sdl();
  assert.match(printed, /@link\(url:"https:\/\/myspecs.dev\/myCustomDirective\/v1.0" import:\["@custom"\]\)/);
  assert.match(printed, /schema[^{]*@composeDirective\(name:"@custom"\)/);
  assert.match(printed, /directive@custom on OBJECT/);
  assert.match(printed, /type Product@custom/);
});

test('@interfaceObject: a field for every object of an interface', async () => {
  assert.match(await sdl(), /type Inventory@key\(fields:"id"\)@interfaceObject/);
  const query = 'query ($id: ID!) { inventory(id: $id) { __typename deprecatedProducts { sku reason } } }';
  const { inventory } = await askGateway(query, { id: 'apollo-oss' });
  const deprecated = { sku: 'apollo-federation-v1', reason: 'Migrate to Federation V2' };
  assert.deepEqual(inventory, { __typename: 'OpenSourceInventory', deprecatedProducts: [deprecated] });
});

test('lists go through all three, entity by entity', async () => {
  const query = `query ($id: ID!) {
    inventory(id: $id) { products { id sku research { study { description } } delivery { estimatedDelivery } } }
  }`;
  const { inventory } = await askGateway(query, { id: 'apollo-oss' });
  const delivery = { estimatedDelivery: '5 days' };
  const research = (description) => [{ study: { description } }];
  assert.deepEqual(inventory.products, [
    { id: 'apollo-federation', sku: 'federation', research: research('Federation Study'), delivery },
    { id: 'apollo-studio', sku: 'studio', research: research('Studio Study'), delivery },
  ]);
});
