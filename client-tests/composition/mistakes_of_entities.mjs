// Mistakes with keys, external fields, requirements, overrides and interface objects.

import { argument, drop, field, findField, findType, has, type } from './schema.mjs';

/** Entities in subgraphs. */
function entities(world) {
  const all = world.flatMap((owner) => owner.types.map((found) => ({ owner, found })));
  return all.filter(({ found }) => found.kind === 'type' && has(found, 'key'));
}

/** Their fields with a directive, with where they are. */
function fieldsWith(world, directive) {
  const all = entities(world).flatMap(({ owner, found }) => found.fields.map((one) => ({ owner, found, one })));
  return all.filter(({ one }) => has(one, directive));
}

/** An entity that two subgraphs have, as the first and as another has it. */
function sharedEntity(world, random) {
  const pairs = entities(world).flatMap(({ owner, found }) =>
    world
      .filter((other) => other !== owner && findType(other, found.name)?.kind === 'type')
      .map((other) => ({ owner, found, other, theirs: findType(other, found.name) })),
  );
  return random.pick(pairs);
}

function onEntity(world, random, change) {
  const chosen = random.pick(entities(world));
  if (!chosen) return false;
  change(chosen.found, chosen.owner);
  return true;
}

function onShared(world, random, change) {
  const chosen = sharedEntity(world, random);
  if (!chosen) return false;
  change(chosen);
  return true;
}

function onField(world, random, directive, change) {
  const chosen = random.pick(fieldsWith(world, directive));
  if (!chosen) return false;
  change(chosen);
  return true;
}

function key(fields) {
  return (world, random) => onEntity(world, random, (found) => found.directives.push(`@key(fields: ${fields})`));
}

/** A field of the other that the first declares as external and reads. */
function required(change) {
  return (world, random) =>
    onShared(world, random, ({ owner, found, other, theirs }) => {
      const external = field(found, 'needed', 'Int', '@external');
      const source = field(theirs, 'needed', 'Int');
      const reader = field(found, 'reader', 'Int', '@requires(fields: "needed")');
      change({ owner, found, other, theirs, external, source, reader });
    });
}

function overridden(change) {
  return (world, random) =>
    onShared(world, random, ({ owner, found, other, theirs }) => {
      const taken = field(found, 'taken', 'Int', `@override(from: "${other.name}")`);
      const source = field(theirs, 'taken', 'Int');
      change({ world, owner, found, other, theirs, taken, source });
    });
}

function replace(element, directive, text) {
  drop(element, directive);
  element.directives.push(text);
}

const KEYS = {
  'key-of-unknown-field': key('"unknown"'),
  'key-with-arguments': (world, random) =>
    onEntity(world, random, (found) => {
      argument(field(found, 'asked', 'ID!'), 'a', 'Int');
      found.directives.push('@key(fields: "asked(a: 1)")');
    }),
  'key-empty': key('""'),
  'key-no-selection': key('"{"'),
  'key-of-number': key('1'),
  'key-of-list': key('["id"]'),
  'key-with-directive': key('"id @skip(if: true)"'),
  'key-with-alias': key('"other: id"'),
  'key-typename': key('"__typename"'),
  'key-of-object-without-selection': (world, random) =>
    onEntity(world, random, (found, owner) => {
      field(type(owner, 'type', 'Inside'), 'a', 'Int');
      field(found, 'inside', 'Inside');
      found.directives.push('@key(fields: "inside")');
    }),
  'key-of-interface': (world, random) =>
    onEntity(world, random, (found, owner) => {
      field(type(owner, 'interface', 'Shape'), 'a', 'Int');
      const round = type(owner, 'type', 'Round');
      round.implements.push('Shape');
      field(round, 'a', 'Int');
      field(found, 'shape', 'Shape');
      found.directives.push('@key(fields: "shape { a }")');
    }),
  'key-of-list-field': (world, random) =>
    onEntity(world, random, (found) => {
      field(found, 'ids', '[ID!]!');
      found.directives.push('@key(fields: "ids")');
    }),
  'key-not-resolvable': (world, random) =>
    onShared(world, random, ({ found }) => {
      found.directives = found.directives.map((text) => text.replace(/"\)$/, '", resolvable: false)'));
    }),
  'key-missing-in-one': (world, random) => onShared(world, random, ({ found }) => drop(found, 'key')),
  'key-of-other-name': (world, random) =>
    onShared(world, random, ({ found }) => {
      drop(found, 'key');
      found.directives.push('@key(fields: "own")');
      field(found, 'own', 'ID!');
    }),
  'stub-without-key': (world, random) =>
    onEntity(world, random, (found, owner) => {
      const other = world.find((one) => one !== owner && !findType(one, found.name));
      if (!other) return;
      field(type(other, 'type', found.name), 'stray', 'Int');
      field(findType(other, 'Query'), 'astray', found.name);
    }),
  'key-inaccessible': (world, random) =>
    onEntity(world, random, (found) => found.fields[0].directives.push('@inaccessible')),
};

const EXTERNALS = {
  'external-unused': (world, random) =>
    onShared(world, random, ({ found, theirs }) => {
      field(found, 'unread', 'Int', '@external');
      field(theirs, 'unread', 'Int');
    }),
  'external-nowhere-else': (world, random) =>
    onEntity(world, random, (found) => {
      field(found, 'nowhere', 'Int', '@external');
      field(found, 'reader', 'Int', '@requires(fields: "nowhere")');
    }),
  'external-of-other-type': required(({ source }) => (source.type = 'String')),
  'external-nullability': required(({ source }) => (source.type = 'Int!')),
  'external-non-null': required(({ external }) => (external.type = 'Int!')),
  'external-argument-missing': required(({ source }) => argument(source, 'unit', 'Int')),
  'external-argument-type': required(({ source, external, reader }) => {
    argument(source, 'unit', 'Int');
    argument(external, 'unit', 'String');
    replace(reader, 'requires', '@requires(fields: "needed")');
  }),
  'external-argument-default': required(({ source, external }) => {
    argument(source, 'unit', 'Int', '1');
    argument(external, 'unit', 'Int', '2');
  }),
  'external-on-interface': (world, random) => {
    const owner = world.find((one) => one.types.some(({ kind }) => kind === 'interface'));
    if (!owner) return false;
    owner.types.find(({ kind }) => kind === 'interface').fields[0].directives.push('@external');
    return true;
  },
  'external-key': (world, random) =>
    onShared(world, random, ({ found }) => found.fields[0].directives.push('@external')),
  'external-tagged': required(({ external }) => external.directives.push('@tag(name: "t")')),
  'external-shareable': required(({ external, source }) => {
    external.directives.push('@shareable');
    source.directives.push('@shareable');
  }),
  'external-on-type': required(({ found }) => found.directives.push('@external')),
  'external-by-all': required(({ source }) => source.directives.push('@external')),
};

const REQUIREMENTS = {
  requires: required(() => {}),
  'requires-own-field': required(({ external }) => drop(external, 'external')),
  'requires-unknown-field': required(({ reader }) => replace(reader, 'requires', '@requires(fields: "unknown")')),
  'requires-broken': required(({ reader }) => replace(reader, 'requires', '@requires(fields: "{ needed")')),
  'requires-number': required(({ reader }) => replace(reader, 'requires', '@requires(fields: 5)')),
  'requires-with-directive': required(({ reader }) =>
    replace(reader, 'requires', '@requires(fields: "needed @include(if: true)")'),
  ),
  'requires-with-arguments': required(({ reader, source, external }) => {
    argument(source, 'unit', 'Int');
    argument(external, 'unit', 'Int');
    replace(reader, 'requires', '@requires(fields: "needed(unit: 3)")');
  }),
  'requires-without-required-argument': required(({ source, external }) => {
    argument(source, 'unit', 'Int!');
    argument(external, 'unit', 'Int!');
  }),
  'requires-on-interface': (world) => {
    const owner = world.find((one) => one.types.some(({ kind }) => kind === 'interface'));
    if (!owner) return false;
    owner.types.find(({ kind }) => kind === 'interface').fields[0].directives.push('@requires(fields: "id")');
    return true;
  },
  'requires-itself': required(({ reader }) => {
    replace(reader, 'requires', '@requires(fields: "needed reader")');
  }),
  'requires-in-turn': required(({ source, theirs, found }) => {
    source.directives.push('@requires(fields: "seed")');
    field(theirs, 'seed', 'Int', '@external');
    field(found, 'seed', 'Int');
  }),
  'requires-in-a-circle': required(({ source, theirs, found }) => {
    source.directives.push('@requires(fields: "reader")');
    field(theirs, 'reader', 'Int', '@external');
  }),
  'requires-inaccessible': required(({ source }) => source.directives.push('@inaccessible')),
  'requires-not-reachable': required(({ found }) => drop(found, 'key')),
  'provides-own-field': (world, random) =>
    onEntity(world, random, (found, owner) =>
      field(findType(owner, 'Query'), 'given', found.name, `@provides(fields: "${found.fields[0].name}")`),
    ),
  'provides-on-scalar': (world, random) =>
    onEntity(world, random, (found, owner) => field(findType(owner, 'Query'), 'given', 'Int', '@provides(fields: "id")')),
  'provides-unknown': (world, random) =>
    onEntity(world, random, (found, owner) =>
      field(findType(owner, 'Query'), 'given', found.name, '@provides(fields: "unknown")'),
    ),
  'provides-number': (world, random) =>
    onEntity(world, random, (found, owner) => field(findType(owner, 'Query'), 'given', found.name, '@provides(fields: 1)')),
  provides: (world, random) =>
    onShared(world, random, ({ owner, found, theirs }) => {
      field(found, 'gift', 'Int', '@external');
      field(theirs, 'gift', 'Int', '@shareable');
      field(findType(owner, 'Query'), 'given', found.name, '@provides(fields: "gift")');
    }),
  'provides-not-shareable': (world, random) =>
    onShared(world, random, ({ owner, found, theirs }) => {
      field(found, 'gift', 'Int', '@external');
      field(theirs, 'gift', 'Int');
      field(findType(owner, 'Query'), 'given', found.name, '@provides(fields: "gift")');
    }),
  'provides-with-arguments': (world, random) =>
    onShared(world, random, ({ owner, found, theirs }) => {
      argument(field(found, 'gift', 'Int', '@external'), 'size', 'Int');
      argument(field(theirs, 'gift', 'Int', '@shareable'), 'size', 'Int');
      field(findType(owner, 'Query'), 'given', found.name, '@provides(fields: "gift(size: 1)")');
    }),
  'provides-with-directive': (world, random) =>
    onShared(world, random, ({ owner, found, theirs }) => {
      field(found, 'gift', 'Int', '@external');
      field(theirs, 'gift', 'Int', '@shareable');
      field(findType(owner, 'Query'), 'given', found.name, '@provides(fields: "gift @skip(if: false)")');
    }),
};

const OVERRIDES = {
  override: overridden(() => {}),
  'override-itself': overridden(({ owner, taken }) => replace(taken, 'override', `@override(from: "${owner.name}")`)),
  'override-unknown': overridden(({ taken, source }) => {
    replace(taken, 'override', '@override(from: "nobody")');
    source.name = 'kept';
  }),
  'override-of-nothing': overridden(({ theirs }) => {
    theirs.fields = theirs.fields.filter(({ name }) => name !== 'taken');
    if (theirs.fields.length === 0) field(theirs, 'rest', 'Int');
  }),
  'override-both': overridden(({ owner, source }) => source.directives.push(`@override(from: "${owner.name}")`)),
  'override-external': overridden(({ taken, found }) => {
    taken.directives.push('@external');
    field(found, 'reader', 'Int', '@requires(fields: "taken")');
  }),
  'override-with-requires': overridden(({ taken, found, theirs }) => {
    taken.directives.push('@requires(fields: "base")');
    field(found, 'base', 'Int', '@external');
    field(theirs, 'base', 'Int');
  }),
  'override-of-required': overridden(({ found, theirs, source }) => {
    source.directives.push('@requires(fields: "base")');
    field(theirs, 'base', 'Int', '@external');
    field(found, 'base', 'Int');
  }),
  'override-external-source': overridden(({ source, theirs }) => {
    source.directives.push('@external');
    field(theirs, 'reader', 'Int', '@requires(fields: "taken")');
  }),
  'override-read-by-key': overridden(({ theirs }) => theirs.directives.push('@key(fields: "taken")')),
  'override-inaccessible': overridden(({ source }) => source.directives.push('@inaccessible')),
  'override-of-other-type': overridden(({ source }) => (source.type = 'String')),
  'override-label': overridden(({ owner, other, taken }) => {
    for (const one of [owner, other]) one.version &&= '2.9';
    replace(taken, 'override', `@override(from: "${other.name}", label: "percent(25)")`);
  }),
  'override-label-name': overridden(({ owner, other, taken }) => {
    for (const one of [owner, other]) one.version &&= '2.9';
    replace(taken, 'override', `@override(from: "${other.name}", label: "team:new-one")`);
  }),
  'override-label-invalid': overridden(({ owner, other, taken }) => {
    for (const one of [owner, other]) one.version &&= '2.9';
    replace(taken, 'override', `@override(from: "${other.name}", label: "percent(101)")`);
  }),
  'override-by-two': overridden(({ world, found, owner, other }) => {
    const third = world.find((one) => one !== owner && one !== other && findType(one, found.name));
    if (third) field(findType(third, found.name), 'taken', 'Int', `@override(from: "${other.name}")`);
  }),
  'override-on-interface': (world) => {
    const owner = world.find((one) => one.types.some(({ kind }) => kind === 'interface'));
    if (!owner) return false;
    const found = owner.types.find(({ kind }) => kind === 'interface');
    found.fields[0].directives.push(`@override(from: "${world.find((one) => one !== owner).name}")`);
    return true;
  },
};

/** A keyed interface with two implementations in one subgraph, its interface object in another. */
function interfaceObject(change) {
  return (world, random) => {
    const [owner, other] = random.some(world, 2);
    for (const one of [owner, other]) one.version &&= '2.9';
    const shown = type(owner, 'interface', 'Thing', '@key(fields: "id")');
    field(shown, 'id', 'ID!');
    const implementing = ['Chair', 'Table'].map((name) => {
      const found = type(owner, 'type', name, '@key(fields: "id")');
      found.implements.push('Thing');
      field(found, 'id', 'ID!');
      return found;
    });
    field(findType(owner, 'Query'), 'things', '[Thing!]');
    const object = type(other, 'type', 'Thing', '@key(fields: "id")', '@interfaceObject');
    field(object, 'id', 'ID!');
    field(object, 'weight', 'Int');
    change({ owner, other, shown, implementing, object });
  };
}

const INTERFACE_OBJECTS = {
  'interface-object': interfaceObject(({ other }) => field(findType(other, 'Query'), 'heaviest', 'Thing')),
  'interface-object-without-key': interfaceObject(({ object }) => drop(object, 'key')),
  'interface-object-of-unkeyed': interfaceObject(({ shown }) => drop(shown, 'key')),
  'interface-object-implementation-unkeyed': interfaceObject(({ implementing }) => drop(implementing[0], 'key')),
  'interface-object-beside-implementation': interfaceObject(({ other }) => {
    field(type(other, 'type', 'Chair', '@key(fields: "id")'), 'id', 'ID!');
    field(type(other, 'type', 'Chair'), 'legs', 'Int');
  }),
  'interface-object-alone': interfaceObject(({ owner, shown, implementing }) => {
    owner.types = owner.types.filter((one) => one !== shown);
    for (const one of implementing) one.implements = [];
    field(findType(owner, 'Query'), 'things', 'Int').type = 'Int';
  }),
  'interface-object-forgotten': interfaceObject(({ object }) => drop(object, 'interfaceObject')),
  'interface-object-same-field': interfaceObject(({ implementing }) => field(implementing[0], 'weight', 'Int')),
  'interface-object-with-requires': interfaceObject(({ object, shown, implementing }) => {
    for (const one of [shown, ...implementing]) field(one, 'height', 'Int');
    field(object, 'height', 'Int', '@external');
    field(object, 'volume', 'Int', '@requires(fields: "height")');
  }),
  'interface-key-not-everywhere': interfaceObject(({ owner, implementing }) => {
    owner.types = owner.types.filter((one) => one !== implementing[1]);
    type(owner, 'type', 'Stool').implements.push('Thing');
    field(type(owner, 'type', 'Stool'), 'id', 'ID!');
  }),
};

export const ENTITY_MISTAKES = {
  ...KEYS,
  ...EXTERNALS,
  ...REQUIREMENTS,
  ...OVERRIDES,
  ...INTERFACE_OBJECTS,
};
