// Graphs and operations that have stopped planners: the same text for the same arguments, always.
//
// `node generate.mjs KIND SIZE FOLDER` writes `FOLDER/subgraphs/*.graphql` and `FOLDER/query.graphql`.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const LINK = `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.3"
    import: ["@key", "@shareable", "@external", "@requires"]
  )
`;

const range = (count) => Array.from({ length: count }, (_, index) => index);

/** Each kind: what grows, and the graph and operation of a size. */
export const KINDS = {
  // Every subgraph could answer every inner field: the ways to combine them multiply.
  shareable: {
    what: 'depth of a tree four fields wide, over 10 subgraphs that share the inner fields',
    make: (depth) => {
      const subgraphs = range(10).map((index) => ({
        name: `s${index}`,
        sdl: `${LINK}
type Query { t: T @shareable }
type T @key(fields: "id") {
  id: ID!
  a: T @shareable
  b: T @shareable
  c: T @shareable
  d: T @shareable
  x${index}: Int
}
`,
      }));
      let leaf = 0;
      const node = (left) =>
        left === 0 ? `x${leaf++ % 10}` : ['a', 'b', 'c', 'd'].map((one) => `${one} { ${node(left - 1)} }`).join(' ');
      return { subgraphs, query: `{ t { ${node(depth)} } }` };
    },
  },
  // An interface spreads to its implementations at every level.
  interface: {
    what: 'implementations of an interface, four levels deep, with a field in another subgraph',
    make: (count, depth = 4) => {
      const types = range(count).map((index) => `T${index}`);
      const a = types.map((name) => `type ${name} implements I @key(fields: "id") { id: ID! c: I }`);
      const b = types.map((name) => `type ${name} implements I @key(fields: "id") { id: ID! x: Int }`);
      const level = (left) => (left === 0 ? 'id x' : `id x c { ${level(left - 1)} }`);
      return {
        subgraphs: [
          { name: 'a', sdl: `${LINK}type Query { i: I }\ninterface I { id: ID! c: I }\n${a.join('\n')}\n` },
          { name: 'b', sdl: `${LINK}interface I { id: ID! x: Int }\n${b.join('\n')}\n` },
        ],
        // x is not in a's interface: it is asked of each type.
        query: `{ i { ${level(depth).replaceAll(' x', ` ${types.map((name) => `... on ${name} { x }`).join(' ')}`)} } }`,
      };
    },
  },
  // Fragments that use the next one twice: two to the size positions.
  fragments: {
    what: 'fragments, each of which uses the next one twice',
    make: (count) => {
      const fragments = range(count).map(
        (index) => `fragment F${index} on T { ${index + 1 < count ? `a { ...F${index + 1} } b { ...F${index + 1} }` : 'x'} y }`,
      );
      return {
        subgraphs: [
          { name: 'a', sdl: `${LINK}type Query { t: T }\ntype T @key(fields: "id") { id: ID! a: T }\n` },
          { name: 'b', sdl: `${LINK}type T @key(fields: "id") { id: ID! b: T x: Int }\n` },
          { name: 'c', sdl: `${LINK}type T @key(fields: "id") { id: ID! y: Int }\n` },
        ],
        query: `{ t { ...F0 } }\n${fragments.join('\n')}`,
      };
    },
  },
  // Each subgraph needs what the one before it gives.
  requires: {
    what: 'subgraphs in a chain of @requires',
    make: (count) => {
      const subgraphs = range(count).map((index) => ({
        name: `s${String(index).padStart(3, '0')}`,
        sdl:
          index === 0
            ? `${LINK}type Query { t: T }\ntype T @key(fields: "id") { id: ID! f0: Int }\n`
            : `${LINK}type T @key(fields: "id") { id: ID! f${index - 1}: Int @external f${index}: Int @requires(fields: "f${index - 1}") }\n`,
      }));
      return { subgraphs, query: `{ t { f${count - 1} } }` };
    },
  },
  // Subgraph i knows the entity by the keys i and i + 1 only.
  ring: {
    what: 'subgraphs in a ring of keys, every field of which is asked for',
    make: (count) => {
      const subgraphs = range(count).map((index) => {
        const next = (index + 1) % count;
        const root = index === 0 ? 'type Query { t: T }\n' : '';
        return {
          name: `s${String(index).padStart(3, '0')}`,
          sdl: `${LINK}${root}type T @key(fields: "k${index}") @key(fields: "k${next}") { k${index}: ID! k${next}: ID! f${index}: Int }\n`,
        };
      });
      return { subgraphs, query: `{ t { ${range(count).map((index) => `f${index}`).join(' ')} } }` };
    },
  },
  // Many aliases of the same entities: nothing is shared by accident.
  wide: {
    what: 'aliased root fields, each with an entity to fetch',
    make: (count) => ({
      subgraphs: [
        { name: 'a', sdl: `${LINK}type Query { t(id: ID!): T }\ntype T @key(fields: "id") { id: ID! }\n` },
        { name: 'b', sdl: `${LINK}type T @key(fields: "id") { id: ID! x(n: Int): Int }\n` },
      ],
      query: `{ ${range(count).map((index) => `t${index}: t(id: "${index}") { x(n: ${index}) }`).join(' ')} }`,
    }),
  },
};

/** Writes a graph and its operation into an empty folder. */
export function write(kind, size, folder) {
  const { subgraphs, query } = KINDS[kind].make(size);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'subgraphs'), { recursive: true });
  for (const { name, sdl } of subgraphs) {
    writeFileSync(path.join(folder, 'subgraphs', `${name}.graphql`), sdl);
  }
  writeFileSync(path.join(folder, 'query.graphql'), query);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kind, size, folder] = process.argv.slice(2);
  write(kind, Number(size), folder);
}
