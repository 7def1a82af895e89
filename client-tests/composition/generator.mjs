// Small sets of subgraphs that should compose: entities with keys of several shapes, requirements,
// provided and overridden fields, value types, interfaces, unions, enums, inputs.

import { Random } from './random.mjs';
import { argument, drop, field, findType, print, subgraph, type } from './schema.mjs';
import { MISTAKES } from './mistakes.mjs';

const SEED = 7_919;

/** How many the test takes. */
export const GENERATED = 480;

/** So many sets, the first ones as the generator makes them, most of the others with mistakes. */
export function generatedSets(count) {
  return Array.from({ length: count }, (_, index) => generatedSet(index));
}

function generatedSet(index) {
  const random = new Random(SEED + index * 104_729);
  const world = makeWorld(random);
  const made = [];
  if (index % 4 !== 0) {
    // In turn, so that each has its sets however few sets there are.
    const first = Math.floor((index * 3) / 4) % MISTAKES.length;
    const wanted = random.percent(15) ? [first, random.below(MISTAKES.length)] : [first];
    for (const mistake of wanted.map((at) => MISTAKES[at])) {
      if (mistake.apply(world, random)) made.push(mistake.name);
    }
  }
  const title = made.length ? made.join('+') : 'as-made';
  return {
    name: `generated/${String(index).padStart(3, '0')}-${title}`,
    subgraphs: world.map((one) => ({ name: one.name, sdl: print(one) })),
  };
}

const KEYS = [
  { fields: ['id'], keys: ['id'] },
  { fields: ['id', 'sku'], keys: ['id', 'sku'] },
  { fields: ['id', 'region'], keys: ['id region'] },
  { fields: ['id', 'owner'], keys: ['id', 'owner { id }'] },
];

function makeWorld(random) {
  const count = 2 + random.below(2) + (random.percent(20) ? 1 : 0);
  const version = random.pick(['2.0', '2.3', '2.5', '2.9', '2.9']);
  const world = ['a', 'b', 'c', 'd'].slice(0, count).map((name) => subgraph(name, version));
  for (const one of world) field(type(one, 'type', 'Query'), `root_${one.name}`, 'String');
  const entities = Array.from({ length: 1 + random.below(3) }, (_, at) => addEntity(world, at, random));
  if (random.percent(60)) addValueType(world, entities, random);
  if (random.percent(50)) addInterface(world, entities, random);
  if (random.percent(40)) addUnion(world, entities, random);
  if (random.percent(60)) addEnum(world, entities, random);
  if (random.percent(60)) addInput(world, random);
  if (random.percent(25)) addInterfaceObject(world, random);
  if (random.percent(20)) describe(world, random);
  if (random.percent(15)) toFederation1(world, random);
  return world;
}

function addEntity(world, at, random) {
  const name = `E${at}`;
  const shape = random.pick(KEYS);
  const [owner, ...others] = random.some(world, 2 + random.below(world.length - 1)).reverse();
  const defined = type(owner, 'type', name, ...shape.keys.map((key) => `@key(fields: "${key}")`));
  for (const keyField of shape.fields) addKeyField(defined, keyField, owner);
  field(defined, 'plain', 'String');
  field(defined, 'number', 'Int');
  const query = findType(owner, 'Query');
  argument(field(query, `e${at}`, random.pick([name, `[${name}!]!`, `[${name}]`])), 'id', 'ID');
  for (const other of others) extendEntity({ owner, other, name, shape }, random);
  return { name, owner, others, shape };
}

function addKeyField(owner, name, at) {
  if (name !== 'owner') return field(owner, name, 'ID!');
  // Every subgraph that has this key has its type.
  field(type(at, 'type', 'Owner'), 'id', 'ID!', '@shareable');
  return field(owner, name, 'Owner!', '@shareable');
}

function extendEntity({ owner, other, name, shape }, random) {
  const key = random.pick(shape.keys);
  const extended = type(other, 'type', name, `@key(fields: "${key}")`);
  for (const keyField of key.split(' ').filter((word) => shape.fields.includes(word))) {
    if (!(keyField === 'id' && key.startsWith('owner'))) addKeyField(extended, keyField, other);
  }
  field(extended, `from_${other.name}`, random.pick(['String', 'Int!', '[String!]', 'Float']));
  const defined = findType(owner, name);
  const chance = random.below(100);
  if (chance < 25) {
    field(extended, 'number', 'Int', '@external');
    field(extended, `derived_${other.name}`, 'Int', '@requires(fields: "number")');
  } else if (chance < 40) {
    field(extended, 'plain', 'String', '@external');
    field(defined, 'plain', 'String', '@shareable');
    const query = findType(other, 'Query');
    field(query, `${name.toLowerCase()}_${other.name}`, name, '@provides(fields: "plain")');
  } else if (chance < 55) {
    field(defined, 'moved', 'Int');
    if (!extended.fields.some(({ name: taken }) => taken === 'moved')) {
      const isFirst = !defined.isMoved;
      defined.isMoved = true;
      if (isFirst) field(extended, 'moved', 'Int', `@override(from: "${owner.name}")`);
    }
  } else if (chance < 70) {
    field(defined, 'shared', 'String', '@shareable');
    field(extended, 'shared', random.pick(['String', 'String!']), '@shareable');
  }
}

function addValueType(world, entities, random) {
  const holders = random.some(world, 1 + random.below(world.length));
  for (const one of holders) {
    const value = type(one, 'type', 'Value');
    field(value, 'amount', 'Int!', '@shareable');
    const text = field(value, 'text', random.pick(['String', 'String', 'String!']), '@shareable');
    argument(text, 'upper', 'Boolean', 'false');
    field(findType(one, 'Query'), 'value', 'Value', '@shareable');
    const entity = entities.find(({ owner }) => owner === one);
    if (entity) field(findType(one, entity.name), 'value', 'Value');
  }
}

function addInterface(world, entities, random) {
  for (const one of random.some(world, 1 + random.below(world.length))) {
    const implementing = entities
      .map(({ name }) => findType(one, name))
      .filter((found) => found?.fields.some(({ name }) => name === 'id'));
    if (implementing.length === 0) continue;
    field(type(one, 'interface', 'Node'), 'id', 'ID!');
    for (const found of implementing) found.implements.push('Node');
    field(findType(one, 'Query'), `node_${one.name}`, 'Node');
  }
}

function addUnion(world, entities, random) {
  const one = random.pick(world);
  const members = entities.filter(({ name }) => findType(one, name)).map(({ name }) => name);
  if (members.length === 0) return;
  type(one, 'union', 'Found').members.push(...members);
  field(findType(one, 'Query'), 'found', '[Found!]');
}

function addEnum(world, entities, random) {
  const isInput = random.percent(35);
  for (const one of random.some(world, 1 + random.below(world.length))) {
    const state = type(one, 'enum', 'State');
    for (const name of ['OPEN', 'CLOSED']) state.values.push({ name, directives: [] });
    const asked = field(findType(one, 'Query'), `state_${one.name}`, isInput ? 'Int' : 'State');
    if (isInput) argument(asked, 'state', random.pick(['State', 'State!', '[State!]']));
    const entity = entities.find(({ owner }) => owner === one);
    if (entity && !isInput) field(findType(one, entity.name), 'state', 'State');
  }
}

function addInput(world, random) {
  for (const one of random.some(world, 1 + random.below(world.length))) {
    const filter = type(one, 'input', 'Filter');
    field(filter, 'text', 'String').value = random.percent(30) ? undefined : '"all"';
    field(filter, 'limit', random.pick(['Int', 'Int', 'Int!']));
    const asked = field(findType(one, 'Query'), `filtered_${one.name}`, '[String!]');
    argument(asked, 'filter', random.pick(['Filter', 'Filter!']));
  }
  for (const filter of world.map((one) => findType(one, 'Filter')).filter(Boolean)) {
    filter.fields[0].value = '"all"';
  }
}

function addInterfaceObject(world, random) {
  const [owner, other] = random.some(world, 2);
  if (Number(owner.version.split('.')[1]) < 3) return;
  field(type(owner, 'interface', 'Media', '@key(fields: "id")'), 'id', 'ID!');
  for (const name of ['Book', 'Film']) {
    const media = type(owner, 'type', name, '@key(fields: "id")');
    media.implements.push('Media');
    field(media, 'id', 'ID!');
    field(media, `of_${name.toLowerCase()}`, 'String');
  }
  field(findType(owner, 'Query'), 'media', '[Media!]!');
  const object = type(other, 'type', 'Media', '@key(fields: "id")', '@interfaceObject');
  field(object, 'id', 'ID!');
  field(object, 'rating', 'Int');
  if (random.percent(50)) field(findType(other, 'Query'), 'best', 'Media');
}

function describe(world, random) {
  for (const one of world) {
    const chosen = random.pick(one.types);
    chosen.description = random.pick(['Something.', 'Something else.']);
    const inside = random.pick(chosen.fields);
    if (inside) inside.description = `A field of ${one.name}.`;
  }
}

/** One subgraph as it was written before Federation 2. */
function toFederation1(world, random) {
  const one = random.pick(world);
  const parts = one.types.flatMap((found) => [found, ...found.fields]);
  const isNew = parts.some(({ directives }) =>
    directives.some((text) => /^@(override|interfaceObject)/.test(text)),
  );
  if (isNew) return;
  one.version = null;
  for (const part of parts) drop(part, 'shareable');
}
