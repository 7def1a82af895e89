// Graphs to compose: the same text for the same arguments, always. No clock, no random globals.
//
// `node generate.mjs graph 100 FOLDER` writes 100 subgraphs; `node generate.mjs ring 12 FOLDER` a
// ring of keys over 12 subgraphs.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const LINK = `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.3"
    import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@tag", "@inaccessible"]
  )
`;

const SEED = 20_261_122;

/** A mulberry32: `next(limit)` is an integer from 0 to below the limit. */
export function random(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** `count` subgraphs of 20 types of their own each, which extend, share and read one another's:
 *  entities with several keys, value types, interfaces, unions, enums, inputs, chains of
 *  `@requires`, `@provides`, `@override`. Everything is satisfiable. */
export function graph(count, seed = SEED) {
  const next = random(seed);
  return Array.from({ length: count }, (_, index) => subgraph(index, count, next));
}

/** `count` subgraphs; subgraph i knows the entity `T` by the keys i and i + 1 only. */
export function ring(count) {
  return Array.from({ length: count }, (_, index) => {
    const [one, other] = [index, (index + 1) % count].sort((a, b) => a - b);
    const sdl = `${LINK}
type T @key(fields: "k${one}") @key(fields: "k${other}") {
  k${one}: ID!
  k${other}: ID!
  f${index}: Int
}
${index === 0 ? '\ntype Query {\n  t: T\n}\n' : ''}`;
    return { name: subgraphName(index), sdl };
  });
}

/** Another field and another description in one subgraph: what a deploy of one team changes. */
export function change({ name, sdl }) {
  return { name, sdl: `${sdl}\nextend type Query {\n  "Added by a deploy."\n  added_${name}: Int\n}\n` };
}

function subgraphName(index) {
  return `s${String(index).padStart(3, '0')}`;
}

function subgraph(index, count, next) {
  const parts = [
    LINK,
    query(index, count, next),
    mutation(index),
    ...[0, 1, 2, 3, 4].map((which) => entity(index, which)),
    ...[0, 1, 2].map((which) => valueType(index, which)),
    interfaceAndUnion(index),
    ...[0, 1, 2].map((which) => enumType(index, which)),
    inputs(index),
    connection(index),
    common(),
  ];
  // The value types of the two before, as everybody shares them.
  for (const before of befores(index, [1, 2])) {
    parts.push(...[0, 1, 2].map((which) => valueType(before, which)), enumType(before, 0));
  }
  for (const before of befores(index, [1])) parts.push(neighbour(index, before));
  for (const before of befores(index, [2])) parts.push(requirement(index, before));
  for (const before of befores(index, [3])) parts.push(nextRequirement(index, before));
  for (const before of farAway(index, next)) parts.push(farNeighbour(index, before));
  return { name: subgraphName(index), sdl: parts.join('\n') };
}

function befores(index, distances) {
  return distances.map((distance) => index - distance).filter((before) => before >= 0);
}

/** Two entities of any subgraphs further back. */
function farAway(index, next) {
  if (index < 8) return [];
  const chosen = [next(index - 4), next(index - 4)];
  return [...new Set(chosen)];
}

function query(index, count, next) {
  const fields = [
    `  "One of them, by its key."\n  e${index}(id: ID!): E${index}_0`,
    `  list${index}(first: Int = ${10 + next(40)}, filter: Filter${index}): Connection${index}!`,
    `  search${index}(text: String!): [U${index}!]!`,
    `  node${index}(id: ID!): I${index}`,
  ];
  if (index >= 1) {
    fields.push(`  provided${index}: [E${index - 1}_1!]! @provides(fields: "name")`);
  }
  return `type Query {\n${fields.join('\n')}\n  "Whoever answers first."\n  health: Health! @shareable\n}\n`;
}

function mutation(index) {
  return `type Mutation {
  "Creates one."
  create${index}(input: Input${index}!): Payload${index}!
}
`;
}

/** Every entity of a subgraph has a key of its own kind. */
function entity(index, which) {
  const keys = [
    '@key(fields: "id") @key(fields: "sku")',
    '@key(fields: "id") @key(fields: "code region")',
    '@key(fields: "id")',
    '@key(fields: "id") @key(fields: "owner { id }")',
    '@key(fields: "id sku")',
  ][which];
  const implemented = which < 2 ? ` implements I${index}` : '';
  const more = [
    '  sku: String!\n  weight: Int @tag(name: "logistics")',
    '  code: String!\n  region: String!',
    `  parts: [E${index}_3!]!\n  "Whatever it was called."\n  names(locale: Locale = EN): [String!]`,
    `  owner: E${index}_2!`,
    '  sku: String!',
  ][which];
  return `"""
Entity ${which} of subgraph ${index}.
"""
type E${index}_${which}${implemented} ${keys} {
  id: ID!
  "What people call it."
  name: String @shareable
  state: State${index}_${which % 3}
  value: V${index}_${which % 3}
  price: Money
  moved${which}: Int
  internal: String @inaccessible
${more}
}
`;
}

function valueType(index, which) {
  const nested = which === 0 ? '' : `  inner: V${index}_0\n`;
  return `"A value type that neighbours share."
type V${index}_${which} @shareable {
  amount: Int!
  "In words."
  text(upper: Boolean = false): String
  stamp: Stamp
${nested}}
`;
}

function interfaceAndUnion(index) {
  return `interface I${index} {
  id: ID!
  name: String
  price: Money
}

union U${index} = E${index}_0 | E${index}_1 | E${index}_2 | V${index}_0

scalar Scalar${index}
`;
}

function enumType(index, which) {
  return `enum State${index}_${which} {
  "Not yet."
  OPEN
  CLOSED
  LOST @deprecated(reason: "never seen")
}
`;
}

function inputs(index) {
  return `input Input${index} {
  name: String!
  amount: Int = 1
  nested: Nested${index}
}

input Nested${index} {
  "Free text."
  text: String
  raw: Scalar${index}
}

input Filter${index} {
  state: State${index}_1
  any: [Filter${index}!]
}

type Payload${index} {
  node: E${index}_0
  errors: [String!]!
}
`;
}

function connection(index) {
  return `type Connection${index} {
  edges: [Edge${index}!]!
  pageInfo: PageInfo!
}

type Edge${index} {
  cursor: String!
  node: E${index}_2!
}
`;
}

/** What every subgraph has. */
function common() {
  return `type PageInfo @shareable {
  hasNextPage: Boolean!
  endCursor: String
}

type Money @shareable {
  amount: Int!
  currency: String!
}

type Health @shareable {
  ok: Boolean!
}

enum Locale {
  EN
  DE
}

scalar Stamp
`;
}

/** Fields for the entities of the one before, one of them taken over. */
function neighbour(index, before) {
  return `type E${before}_0 @key(fields: "sku") {
  sku: String!
  extra${index}: V${before}_0
}

type E${before}_1 @key(fields: "code region") {
  code: String!
  region: String!
  name: String @external
}

type E${before}_2 @key(fields: "id") {
  id: ID!
  moved2: Int @override(from: "${subgraphName(before)}")
}
`;
}

/** A field that needs another subgraph's. */
function requirement(index, before) {
  return `type E${before}_0 @key(fields: "id") {
  id: ID!
  weight: Int @external
  shipping: Int @requires(fields: "weight")
}
`;
}

/** The next link of the chain: it needs what itself needs something. */
function nextRequirement(index, before) {
  return `type E${before}_0 @key(fields: "id") {
  id: ID!
  shipping: Int @external
  price: Money @external
  total: Int @requires(fields: "shipping price { amount }")
}
`;
}

function farNeighbour(index, before) {
  return `type E${before}_4 @key(fields: "id sku") {
  id: ID!
  sku: String!
  "Seen from far away."
  far${index}: [V${index}_1!]
}
`;
}

/** Writes subgraphs as `NAME.graphql`. */
export function write(subgraphs, folder) {
  mkdirSync(folder, { recursive: true });
  for (const { name, sdl } of subgraphs) {
    writeFileSync(path.join(folder, `${name}.graphql`), sdl);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [kind, count, folder] = process.argv.slice(2);
  const makers = { graph, ring };
  if (!(kind in makers) || !(Number(count) > 0) || !folder) {
    console.error('usage: node generate.mjs graph|ring COUNT FOLDER');
    process.exit(2);
  }
  write(makers[kind](Number(count)), folder);
}
