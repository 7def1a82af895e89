// What people get wrong, and what they change rightly: each is put somewhere into a set of
// subgraphs, or answers false where it does not apply. Sorted by the part of a schema it is about.

import { ENTITY_MISTAKES } from './mistakes_of_entities.mjs';
import { argument, drop, field, findField, findType, has, type } from './schema.mjs';

/** Objects and interfaces that are no root types, with their subgraphs. */
function objects(world) {
  const all = world.flatMap((owner) => owner.types.map((found) => ({ owner, found })));
  return all.filter(({ found }) => found.kind === 'type' && found.name !== 'Query');
}

/** The same field in two subgraphs. */
function sharedFields(world, kind = 'type') {
  const all = world.flatMap((owner) =>
    owner.types
      .filter((found) => found.kind === kind)
      .flatMap((found) => found.fields.map((one) => ({ owner, found, one }))),
  );
  return all.filter(({ owner, found, one }) =>
    world.some((other) => other !== owner && findField(other, found.name, one.name)),
  );
}

function ofKind(world, kind) {
  return world.flatMap((owner) => owner.types.filter((found) => found.kind === kind));
}

function query(random, world) {
  return findType(random.pick(world), 'Query');
}

/** Two subgraphs' `Query`, each with the same shareable field. */
function twice(world, random, change) {
  return random.some(world, 2).map((owner, at) => {
    const shareable = owner.version ? ['@shareable'] : [];
    return change(field(findType(owner, 'Query'), 'twice', 'String', ...shareable), at, owner);
  });
}

function onSome(list, random, change) {
  const chosen = random.pick(list);
  if (!chosen) return false;
  change(chosen);
  return true;
}

const SHARING = {
  'not-shareable': (world, random) =>
    onSome(sharedFields(world).filter(({ one }) => has(one, 'shareable')), random, ({ one }) => drop(one, 'shareable')),
  'shared-root-field': (world) => {
    for (const owner of world) field(findType(owner, 'Query'), 'shared', 'Int');
  },
  'value-field-of-one': (world, random) =>
    onSome(world.filter((owner) => findType(owner, 'Value')), random, (owner) =>
      field(findType(owner, 'Value'), 'extra', 'String'),
    ),
  'shareable-on-interface': (world, random) =>
    onSome(ofKind(world, 'interface'), random, (found) => found.fields[0].directives.push('@shareable')),
  'shareable-twice': (world, random) =>
    onSome(objects(world), random, ({ found }) => found.directives.push('@shareable', '@shareable')),
};

const TYPES = {
  'other-type': (world, random) =>
    onSome(sharedFields(world), random, ({ one }) => (one.type = one.type.startsWith('Int') ? 'String' : 'Int')),
  nullable: (world, random) =>
    onSome(sharedFields(world), random, ({ one }) =>
      (one.type = one.type.endsWith('!') ? one.type.slice(0, -1) : `${one.type}!`),
    ),
  list: (world, random) => onSome(sharedFields(world), random, ({ one }) => (one.type = `[${one.type}]`)),
  'other-kind': (world, random) =>
    onSome(objects(world).filter(({ found }) => !found.directives.length), random, ({ owner, found }) => {
      const others = world.filter((other) => other !== owner);
      type(random.pick(others), 'input', found.name).fields.push({ name: 'a', type: 'Int', args: [], directives: [] });
    }),
  'scalar-and-enum': (world, random) => {
    const [one, other] = random.some(world, 2);
    type(one, 'scalar', 'Code');
    type(other, 'enum', 'Code').values.push({ name: 'A', directives: [] });
    field(findType(one, 'Query'), 'code_one', 'Code');
    field(findType(other, 'Query'), 'code_other', 'Code');
  },
  'unknown-type': (world, random) => field(query(random, world), 'unknown', 'Unknown'),
  'interface-or-member': (world, random) =>
    onSome(world.filter((owner) => findType(owner, 'Node')), random, (owner) => {
      const other = random.pick(world.filter((one) => one !== owner));
      const member = owner.types.find((found) => found.implements.includes('Node')).name;
      const shareable = ['@shareable'];
      field(findType(owner, 'Query'), 'general', 'Node', ...shareable);
      if (findType(other, member)) field(findType(other, 'Query'), 'general', member, ...shareable);
    }),
  syntax: (world, random) => random.pick(world).raw.push('type Broken {'),
  'object-without-fields': (world, random) => random.pick(world).raw.push('type Nothing'),
  'twice-defined': (world, random) => random.pick(world).raw.push('type Query { again: Int }'),
  underscores: (world, random) => field(query(random, world), '__mine', 'Int'),
  'reserved-field': (world, random) => field(query(random, world), '_entities', 'Int'),
};

const ARGUMENTS = {
  'argument-optional-in-one': (world, random) =>
    twice(world, random, (one, at) => at === 0 && argument(one, 'first', 'Int')),
  'argument-required-in-one': (world, random) =>
    twice(world, random, (one, at) => at === 0 && argument(one, 'first', 'Int!')),
  'argument-required-with-default': (world, random) =>
    twice(world, random, (one, at) => at === 0 && argument(one, 'first', 'Int!', '5')),
  'argument-types': (world, random) =>
    twice(world, random, (one, at) => argument(one, 'first', at === 0 ? 'Int' : 'String')),
  'argument-nullability': (world, random) =>
    twice(world, random, (one, at) => argument(one, 'first', at === 0 ? 'Int' : 'Int!')),
  'argument-defaults': (world, random) =>
    twice(world, random, (one, at) => argument(one, 'first', 'Int', String(at))),
  'argument-default-of-one': (world, random) =>
    twice(world, random, (one, at) => argument(one, 'first', 'Int', at === 0 ? '1' : undefined)),
  'argument-default-invalid': (world, random) =>
    twice(world, random, (one) => argument(one, 'first', 'Int', '"many"')),
  'argument-lists': (world, random) =>
    twice(world, random, (one, at) => argument(one, 'all', at === 0 ? '[Int!]' : '[Int]!')),
  'argument-deprecated': (world, random) =>
    twice(world, random, (one, at) => {
      argument(one, 'old', 'Int');
      if (at === 0) one.args.at(-1).directives.push('@deprecated(reason: "new is better")');
    }),
};

const INPUTS = {
  'input-optional-of-one': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => field(found, 'extra', 'Int')),
  'input-required-of-one': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => field(found, 'extra', 'Int!')),
  'input-type': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => {
      found.fields[0].type = 'Int';
      found.fields[0].value = undefined;
    }),
  'input-default': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => (found.fields[0].value = '"none"')),
  'input-without-default': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => (found.fields[0].value = undefined)),
  'input-nothing-in-common': (world, random) =>
    random.some(world, 2).forEach((owner) => {
      field(type(owner, 'input', 'Apart'), `of_${owner.name}`, 'Int');
      argument(field(findType(owner, 'Query'), `apart_${owner.name}`, 'Int'), 'apart', 'Apart');
    }),
  'input-as-output': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => field(query(random, world), 'asOutput', found.name)),
  'input-cycle': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => field(found, 'self', `${found.name}!`)),
};

const ENUMS = {
  'enum-value-of-one': (world, random) =>
    onSome(ofKind(world, 'enum'), random, (found) => found.values.push({ name: 'EXTRA', directives: [] })),
  'enum-inaccessible-value': (world, random) =>
    onSome(ofKind(world, 'enum'), random, (found) => found.values.push({ name: 'EXTRA', directives: ['@inaccessible'] })),
  'enum-input-and-output': (world, random) =>
    onSome(world.filter((owner) => findType(owner, 'State')), random, (owner) => {
      const asked = field(findType(owner, 'Query'), 'both', 'State');
      argument(asked, 'state', 'State');
      findType(owner, 'State').values.push({ name: 'EXTRA', directives: [] });
    }),
  'enum-nothing-in-common': (world, random) =>
    random.some(world, 2).forEach((owner) => {
      type(owner, 'enum', 'Apart').values.push({ name: owner.name.toUpperCase(), directives: [] });
      argument(field(findType(owner, 'Query'), `apart_${owner.name}`, 'Int'), 'apart', 'Apart');
    }),
  'enum-unused': (world, random) =>
    type(random.pick(world), 'enum', 'Unused').values.push({ name: 'A', directives: [] }),
  'enum-value-deprecated': (world, random) =>
    onSome(ofKind(world, 'enum'), random, (found) => found.values[0].directives.push('@deprecated')),
};

const ABSTRACT = {
  'interface-field-of-one': (world, random) =>
    onSome(world.filter((owner) => findType(owner, 'Node')), random, (owner) => {
      field(findType(owner, 'Node'), 'label', 'String');
      for (const found of owner.types.filter(({ implements: all }) => all.includes('Node'))) {
        field(found, 'label', 'String');
      }
    }),
  'interface-not-implemented': (world, random) =>
    onSome(ofKind(world, 'interface'), random, (found) => field(found, 'missing', 'String')),
  'interface-of-one': (world, random) => {
    const [one, other] = random.some(world, 2);
    for (const [owner, member, extra] of [[one, 'First', false], [other, 'Second', true]]) {
      const shown = type(owner, 'interface', 'Shown');
      const implementing = type(owner, 'type', member);
      implementing.implements.push('Shown');
      for (const part of [shown, implementing]) {
        field(part, 'title', 'String');
        if (extra) field(part, 'size', 'Int');
      }
      field(findType(owner, 'Query'), `shown_${owner.name}`, 'Shown');
    }
  },
  'interface-inaccessible': (world, random) =>
    onSome(ofKind(world, 'interface'), random, (found) => found.directives.push('@inaccessible')),
  'union-members': (world, random) => {
    random.some(world, 2).forEach((owner) => {
      const member = `Only${owner.name.toUpperCase()}`;
      field(type(owner, 'type', member), 'a', 'Int');
      type(owner, 'union', 'Either').members.push(member);
      field(findType(owner, 'Query'), 'either', 'Either', '@shareable');
    });
  },
  'union-of-scalar': (world, random) => {
    const owner = random.pick(world);
    type(owner, 'union', 'Bad').members.push('String');
    field(findType(owner, 'Query'), 'bad', 'Bad');
  },
  'interface-cycle': (world, random) =>
    onSome(ofKind(world, 'interface'), random, (found) => found.implements.push(found.name)),
};

const ROOTS = {
  'no-queries': (world) => {
    for (const owner of world) {
      owner.types = owner.types.filter(({ name }) => name !== 'Query');
      for (const found of owner.types) {
        for (const one of found.fields) drop(one, 'provides');
      }
    }
  },
  'query-of-one': (world, random) => {
    const owner = random.pick(world);
    owner.types = owner.types.filter(({ name }) => name !== 'Query');
  },
  'renamed-query': (world, random) =>
    onSome(world, random, (owner) => {
      findType(owner, 'Query').name = 'RootQuery';
      owner.raw.push('schema { query: RootQuery }');
    }),
  'mutation-in-two': (world, random) =>
    random.some(world, 2).forEach((owner) => field(type(owner, 'type', 'Mutation'), 'act', 'Int')),
  subscription: (world, random) => field(type(random.pick(world), 'type', 'Subscription'), 'news', 'String'),
  'subscription-shared': (world, random) =>
    random.some(world, 2).forEach((owner) =>
      field(type(owner, 'type', 'Subscription'), 'news', 'String', '@shareable'),
    ),
  'mutation-shared': (world, random) =>
    random.some(world, 2).forEach((owner) => field(type(owner, 'type', 'Mutation'), 'act', 'Int', '@shareable')),
};

const INACCESSIBLE = {
  'inaccessible-field': (world, random) =>
    onSome(objects(world), random, ({ found }) => random.pick(found.fields).directives.push('@inaccessible')),
  'inaccessible-type': (world, random) =>
    onSome(objects(world), random, ({ found }) => found.directives.push('@inaccessible')),
  'inaccessible-only-children': (world, random) => {
    const owner = random.pick(world);
    field(type(owner, 'type', 'Hidden'), 'a', 'Int', '@inaccessible');
    field(findType(owner, 'Query'), 'hidden', 'Hidden');
  },
  'inaccessible-query': (world) => findType(world[0], 'Query').directives.push('@inaccessible'),
  'inaccessible-required-argument': (world, random) => {
    const asked = field(query(random, world), 'asked', 'Int');
    argument(asked, 'secret', 'Int!').args.at(-1).directives.push('@inaccessible');
  },
  'inaccessible-argument': (world, random) => {
    const asked = field(query(random, world), 'asked', 'Int');
    argument(asked, 'secret', 'Int', '1').args.at(-1).directives.push('@inaccessible');
  },
  'inaccessible-input-required': (world, random) =>
    onSome(ofKind(world, 'input'), random, (found) => field(found, 'secret', 'Int!', '@inaccessible')),
  'inaccessible-enum': (world, random) =>
    onSome(ofKind(world, 'enum'), random, (found) => found.directives.push('@inaccessible')),
  'inaccessible-enum-values': (world, random) => {
    const owner = random.pick(world);
    type(owner, 'enum', 'Secret').values.push({ name: 'A', directives: ['@inaccessible'] });
    field(findType(owner, 'Query'), 'secret', 'Secret');
  },
  'inaccessible-default': (world, random) => {
    const owner = random.pick(world);
    type(owner, 'enum', 'Level').values.push(
      { name: 'LOW', directives: [] },
      { name: 'HIGH', directives: ['@inaccessible'] },
    );
    argument(field(findType(owner, 'Query'), 'level', 'Int'), 'level', 'Level', 'HIGH');
  },
  'inaccessible-implementation': (world, random) =>
    onSome(ofKind(world, 'interface'), random, (found) => {
      const implementing = objects(world).find((one) => one.found.implements.includes(found.name));
      implementing?.found.fields[0].directives.push('@inaccessible');
    }),
};

const DIRECTIVES = {
  'tag-on-things': (world, random) =>
    onSome(objects(world), random, ({ found }) => {
      found.directives.push('@tag(name: "team")');
      random.pick(found.fields).directives.push('@tag(name: "public")', '@tag(name: "internal")');
    }),
  'tag-without-name': (world, random) =>
    onSome(objects(world), random, ({ found }) => found.directives.push('@tag')),
  'deprecated-reasons': (world, random) =>
    twice(world, random, (one, at) => one.directives.push(`@deprecated(reason: "reason ${at}")`)),
  'unknown-directive': (world, random) => field(query(random, world), 'strange', 'Int', '@strange'),
  'executable-directive': (world) => {
    for (const owner of world) owner.raw.push('directive @trace(depth: Int) on FIELD | QUERY');
  },
  'executable-directive-of-one': (world, random) =>
    random.pick(world).raw.push('directive @trace(depth: Int) on FIELD | QUERY'),
  'executable-directive-locations': (world) => {
    world.forEach((owner, at) => owner.raw.push(`directive @trace on FIELD${at ? '' : ' | QUERY'}`));
  },
  'executable-directive-arguments': (world) => {
    world.forEach((owner, at) => owner.raw.push(`directive @trace(depth: Int${at ? '' : '!'}) on FIELD`));
  },
  'own-directive': (world, random) => {
    const owner = random.pick(world);
    owner.raw.push('directive @mine on FIELD_DEFINITION');
    field(findType(owner, 'Query'), 'my', 'Int', '@mine');
  },
  'specified-by': (world, random) => {
    random.some(world, 2).forEach((owner, at) => {
      type(owner, 'scalar', 'Url', `@specifiedBy(url: "https://example.com/${random.percent(50) ? at : 0}")`);
      field(findType(owner, 'Query'), `url_${owner.name}`, 'Url');
    });
  },
  'repeated-not-repeatable': (world, random) =>
    onSome(objects(world), random, ({ found }) => found.fields[0].directives.push('@inaccessible', '@inaccessible')),
  'unknown-version': (world) => (world[0].version = '2.99'),
  'unknown-link': (world) => world[0].links.push('@link(url: "https://specs.apollo.dev/strange/v1.0", for: SECURITY)'),
  'link-without-url': (world) => world[0].links.push('@link(import: ["@a"])'),
  'older-version': (world) => {
    if (world[0].version) world[0].version = '2.0';
  },
  authenticated: (world, random) => {
    const owner = world.find(({ version }) => version === '2.9');
    if (!owner) return false;
    field(findType(owner, 'Query'), 'me', 'Int', '@authenticated');
    field(findType(owner, 'Query'), 'mine', 'Int', '@requiresScopes(scopes: [["a", "b"], ["c"]])');
    field(findType(owner, 'Query'), 'ours', 'Int', '@policy(policies: [["p"]])');
    return true;
  },
  cost: (world) => {
    const owner = world.find(({ version }) => version === '2.9');
    if (!owner) return false;
    field(findType(owner, 'Query'), 'dear', 'Int', '@cost(weight: 5)');
    field(findType(owner, 'Query'), 'many', '[Int]', '@listSize(assumedSize: 10)');
    return true;
  },
  'list-size-on-one': (world) => {
    const owner = world.find(({ version }) => version === '2.9');
    if (!owner) return false;
    field(findType(owner, 'Query'), 'one', 'Int', '@listSize(assumedSize: 10)');
    return true;
  },
  descriptions: (world, random) =>
    twice(world, random, (one, at) => (one.description = at === 0 ? 'One.' : 'Another.')),
};

/** Every one with its name; one applies unless it says false. */
export const MISTAKES = [
  SHARING,
  TYPES,
  ARGUMENTS,
  INPUTS,
  ENUMS,
  ABSTRACT,
  ROOTS,
  INACCESSIBLE,
  DIRECTIVES,
  ENTITY_MISTAKES,
].flatMap((group) =>
  Object.entries(group).map(([name, change]) => ({
    name,
    apply: (world, random) => change(world, random) !== false,
  })),
);
