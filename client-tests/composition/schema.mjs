// Subgraphs as data, so that a generator can make them and a mistake can be put into them; printed
// as SDL in the order in which they were made.

/** A subgraph of a Federation version (`'2.7'`), or of Federation 1 (`null`). */
export function subgraph(name, version) {
  return { name, version, types: [], links: [], schemaDirectives: [], raw: [] };
}

/** Adds a type, or finds the one that is there. */
export function type(owner, kind, name, ...directives) {
  let found = owner.types.find((one) => one.name === name);
  if (!found) {
    found = {
      kind,
      name,
      directives: [],
      implements: [],
      fields: [],
      values: [],
      members: [],
    };
    owner.types.push(found);
  }
  found.directives.push(...directives);
  return found;
}

/** Adds a field (of an object, interface or input type), or directives to the one that is there. */
export function field(owner, name, ofType, ...directives) {
  let found = owner.fields.find((one) => one.name === name);
  if (!found) {
    found = { name, type: ofType, args: [], directives: [] };
    owner.fields.push(found);
  }
  found.directives.push(...directives.filter((one) => !found.directives.includes(one)));
  return found;
}

/** Adds an argument; `value` is its default, as SDL. */
export function argument(owner, name, ofType, value) {
  owner.args.push({ name, type: ofType, value, directives: [] });
  return owner;
}

export function has(element, directive) {
  return element.directives.some((one) => directiveName(one) === directive);
}

export function drop(element, directive) {
  element.directives = element.directives.filter((one) => directiveName(one) !== directive);
}

export function findType(owner, name) {
  return owner.types.find((one) => one.name === name);
}

export function findField(owner, typeName, name) {
  return findType(owner, typeName)?.fields.find((one) => one.name === name);
}

/** The name in `@key(fields: "id")`. */
export function directiveName(text) {
  return /^@(\w+)/.exec(text)[1];
}

const FEDERATION = {
  0: ['key', 'requires', 'provides', 'external', 'shareable', 'inaccessible', 'override', 'tag', 'extends'],
  1: ['composeDirective'],
  3: ['interfaceObject'],
  5: ['authenticated', 'requiresScopes'],
  6: ['policy'],
  8: ['context', 'fromContext'],
  9: ['cost', 'listSize'],
};

/** What a version of Federation 2 knows. */
export function known(version) {
  const minor = Number(version.split('.')[1]);
  return Object.entries(FEDERATION)
    .filter(([since]) => Number(since) <= minor)
    .flatMap(([, names]) => names);
}

export function print(owner) {
  const parts = [header(owner), ...owner.types.map(printType), ...owner.raw];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function header(owner) {
  const links = [...owner.links];
  if (owner.version) {
    const all = [...owner.types.flatMap(applied), ...owner.schemaDirectives].map(directiveName);
    const used = known(owner.version).filter((name) => all.includes(name));
    const imports = used.map((name) => `"@${name}"`).join(', ');
    const url = `https://specs.apollo.dev/federation/v${owner.version}`;
    links.unshift(`@link(url: "${url}", import: [${imports}])`);
  }
  const directives = [...links, ...owner.schemaDirectives];
  return directives.length === 0 ? '' : `extend schema\n  ${directives.join('\n  ')}`;
}

function applied(one) {
  const parts = [...one.fields, ...one.fields.flatMap(({ args }) => args), ...one.values];
  return [...one.directives, ...parts.flatMap(({ directives }) => directives)];
}

function printType(one) {
  const described = one.description ? `"""${one.description}"""\n` : '';
  const extend = one.extend ? 'extend ' : '';
  const implemented = one.implements.length ? ` implements ${one.implements.join(' & ')}` : '';
  const head = `${described}${extend}${one.kind} ${one.name}${implemented}${printDirectives(one)}`;
  switch (one.kind) {
    case 'union':
      return `${head} = ${one.members.join(' | ')}`;
    case 'scalar':
      return head;
    case 'enum':
      return `${head} {\n${one.values.map((value) => `  ${value.name}${printDirectives(value)}`).join('\n')}\n}`;
    default:
      return `${head} {\n${one.fields.map(printField).join('\n')}\n}`;
  }
}

function printField(one) {
  const described = one.description ? `  "${one.description}"\n` : '';
  const args = one.args.length ? `(${one.args.map(printArgument).join(', ')})` : '';
  return `${described}  ${one.name}${args}: ${one.type}${printValue(one)}${printDirectives(one)}`;
}

function printArgument(one) {
  return `${one.name}: ${one.type}${printValue(one)}${printDirectives(one)}`;
}

function printValue({ value }) {
  return value === undefined ? '' : ` = ${value}`;
}

function printDirectives({ directives }) {
  return directives.map((one) => ` ${one}`).join('');
}
