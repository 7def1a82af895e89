// The subgraphs `users` and `inventory` that stand beside `products` in Apollo's subgraph
// compatibility suite, with its types and a few rows, on graphql-js alone.

import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { buildSchema, graphql } from 'graphql';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ';

const USERS = {
  sdl: `${LINK}["@key", "@shareable"])
type User @key(fields: "email") {
  email: ID!
  name: String
  totalProductsCreated: Int @shareable
  yearsOfEmployment: Int!
}`,
  entities: ['User'],
  resolve: {
    User: ({ email }) => ({
      email,
      // Who is asked for it has overridden nothing.
      name: 'a name of the subgraph users',
      totalProductsCreated: 1337,
      yearsOfEmployment: 10,
    }),
  },
  query: {},
};

const OPEN_SOURCE = {
  __typename: 'OpenSourceInventory',
  id: 'apollo-oss',
  products: [{ id: 'apollo-federation' }, { id: 'apollo-studio' }],
};

const INVENTORY = {
  sdl: `${LINK}["@key", "@requires", "@shareable", "@external"])
extend type Product @key(fields: "id") {
  id: ID! @external
  dimensions: ProductDimension @external
  delivery(zip: String): DeliveryEstimates @requires(fields: "dimensions { size weight }")
}
type ProductDimension @shareable {
  size: String
  weight: Float
}
type DeliveryEstimates {
  estimatedDelivery: String
  fastestDelivery: String
}
interface Inventory @key(fields: "id") {
  id: ID!
  products: [Product!]!
}
type OpenSourceInventory implements Inventory @key(fields: "id") {
  id: ID!
  products: [Product!]!
}
type Query {
  inventory(id: ID!): Inventory
}`,
  entities: ['Product', 'OpenSourceInventory'],
  resolve: {
    Product: (product) => ({ ...product, delivery: () => deliveryOf(product) }),
    Inventory: ({ id }) => (id === OPEN_SOURCE.id ? OPEN_SOURCE : null),
    OpenSourceInventory: ({ id }) => (id === OPEN_SOURCE.id ? OPEN_SOURCE : null),
  },
  query: { inventory: ({ id }) => (id === OPEN_SOURCE.id ? OPEN_SOURCE : null) },
};

/** Only who was told the dimensions knows the delivery. */
function deliveryOf({ dimensions }) {
  if (dimensions?.size !== 'small' || dimensions?.weight !== 1) return null;
  return { estimatedDelivery: '5 days', fastestDelivery: '1 day' };
}

/** Both, listening; each has a `url` and a `stop` function. */
export async function startReferenceSubgraphs() {
  return { users: await start(USERS), inventory: await start(INVENTORY) };
}

async function start({ sdl, entities, resolve, query }) {
  // What a library of a subgraph adds: the directives' definitions and the two fields.
  const hasQuery = Object.keys(query).length > 0;
  const schema = buildSchema(`${sdl.replace(/^extend schema.*$/m, '')}
    directive @key(fields: String!) repeatable on OBJECT | INTERFACE
    directive @requires(fields: String!) on FIELD_DEFINITION
    directive @shareable on OBJECT | FIELD_DEFINITION
    directive @external on FIELD_DEFINITION
    scalar _Any
    union _Entity = ${entities.join(' | ')}
    type _Service { sdl: String! }
    ${hasQuery ? 'extend ' : ''}type Query {
      _service: _Service!
      _entities(representations: [_Any!]!): [_Entity]!
    }`.replace('extend type Product', 'type Product'));
  const rootValue = {
    ...query,
    _service: { sdl },
    _entities: ({ representations }) => representations.map((representation) => {
      const { __typename } = representation;
      const entity = resolve[__typename]?.(representation);
      return entity && { __typename, ...entity };
    }),
  };
  const server = http.createServer(async (request, response) => {
    const { query: source, variables } = JSON.parse(await text(request));
    const answer = await graphql({ schema, rootValue, source, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/graphql`;
  return { url, stop: () => server.close().closeAllConnections() };
}
