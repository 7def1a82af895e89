// What two compositions of the same subgraphs must agree about.

import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import {
  DEFAULT_DEPRECATION_REASON,
  Kind,
  parse,
  print,
  specifiedDirectives,
  specifiedScalarTypes,
  visit,
} from 'graphql';

/** The differences between ours and another's outcome: `{kind, ours, theirs}`, none when they agree.
 *  Kinds: `codes` (of the errors; none is success), `api schema`, `joins`, and `unread`: a document
 *  of theirs that ours does not read. */
export function differences(ours, theirs) {
  const [ownCodes, theirCodes] = [codes(ours), codes(theirs)];
  if (ownCodes !== theirCodes) return [{ kind: 'codes', ours: ownCodes, theirs: theirCodes }];
  if (!ours.supergraph || !theirs.supergraph) return [];
  return [
    { kind: 'api schema', ...apart(apiLines(ours), apiLines(theirs)) },
    { kind: 'joins', ...apart(joinLines(ours), joinLines(theirs)) },
    { kind: 'unread', ours: (ours.unread ?? []).map(({ message }) => message).join('\n'), theirs: '' },
  ].filter(({ ours: own, theirs: other }) => own || other);
}

/** What a list of explained differences calls one: codes are part of it, texts of schemas are not. */
export function identity({ name, kind, ours, theirs }) {
  return kind === 'codes' ? `${name}: ${ours || 'composes'} / ${theirs || 'composes'}` : `${name}: ${kind}`;
}

/** Sorted, each once, as one text; `''` is success. */
export function codes({ errors }) {
  return [...new Set(errors.map(({ code }) => code))].sort().join(' ');
}

/** The lines that only one of two has. */
function apart(own, other) {
  const lacking = (lines, others) => lines.filter((line) => !others.includes(line)).join('\n');
  return { ours: lacking(own, other), theirs: lacking(other, own) };
}

/** Each line says where it belongs: the same field can stand in two types. */
function apiLines({ supergraph, apiSchema }) {
  const document = apiSchema
    ? parse(apiSchema, { noLocation: true })
    : transformSupergraphToPublicSchema(parse(supergraph, { noLocation: true }));
  const definitions = document.definitions.filter(
    ({ kind, name }) => kind !== Kind.SCHEMA_DEFINITION && !isBuiltIn(name.value),
  );
  const sorted = visit({ ...document, definitions: definitions.sort(byName) }, { leave: inOrder });
  return withPlaces(print(sorted));
}

function isBuiltIn(name) {
  return specifiedDirectives.some((one) => one.name === name) || specifiedScalarTypes.some((one) => one.name === name);
}

function byName(one, other) {
  return print(one.name ?? one).localeCompare(print(other.name ?? other));
}

/** A node with its parts in order, its description on one line and no default reason. */
function inOrder(node) {
  if (node.kind === Kind.DIRECTIVE && node.name.value === 'deprecated') {
    const args = node.arguments.filter(({ value }) => value.value !== DEFAULT_DEPRECATION_REASON);
    return { ...node, arguments: args };
  }
  const changed = { ...node };
  for (const part of ['fields', 'arguments', 'values', 'types', 'interfaces', 'directives', 'locations']) {
    const isUnordered = Array.isArray(node[part]) && node.kind !== Kind.LIST;
    if (isUnordered) changed[part] = [...node[part]].sort(byName);
  }
  if (node.description) changed.description = { ...node.description, block: false };
  return changed;
}

function withPlaces(text) {
  let place = '';
  return text.split('\n').filter(Boolean).map((line) => {
    if (!line.startsWith(' ')) place = line.replace(/ \{$/, '');
    return line.startsWith(' ') ? `${place}: ${line.trim()}` : line;
  });
}

const MACHINERY = /^(join|link|core)__/;

/** Who has what, one line a fact, however the document says it. */
function joinLines({ supergraph }) {
  const { definitions } = parse(supergraph, { noLocation: true });
  const lines = [];
  for (const definition of definitions) {
    const name = definition.name?.value;
    if (!name || MACHINERY.test(name) || !definition.kind.endsWith('TypeDefinition')) continue;
    const joins = ofJoin(definition).map((one) => one.text);
    lines.push(...joins.map((text) => `${name} ${text}`));
    const owners = ofJoin(definition).filter((one) => one.name === 'join__type').map(({ graph }) => graph);
    for (const part of definition.fields ?? []) {
      lines.push(...fieldLines(part, [...new Set(owners)]).map((text) => `${name}.${part.name.value} ${text}`));
    }
    for (const part of definition.values ?? []) {
      lines.push(...ofJoin(part).map(({ text }) => `${name}.${part.name.value} ${text}`));
    }
  }
  return [...new Set(lines)].sort();
}

/** A field without joins is plain in every subgraph that has its type; a type that is written out
 *  although it is the merged one says nothing. */
function fieldLines(part, owners) {
  const merged = print(part.type);
  const joins = ofJoin(part);
  if (joins.length === 0) return owners.map((graph) => `@join__field(graph: ${graph})`);
  return joins.map(({ text }) => text.replace(`, type: "${merged}"`, ''));
}

function ofJoin({ directives }) {
  return directives
    .filter(({ name }) => name.value.startsWith('join__'))
    .map((directive) => {
      const args = directive.arguments
        .map((one) => [one.name.value, argumentText(one)])
        .filter(([name, text]) => text !== (name === 'resolvable' ? 'true' : 'false'))
        .sort(([one], [other]) => order(one) - order(other) || one.localeCompare(other));
      return {
        name: directive.name.value,
        graph: args.find(([name]) => name === 'graph')?.[1],
        text: `@${directive.name.value}(${args.map(([name, text]) => `${name}: ${text}`).join(', ')})`,
      };
    });
}

function order(name) {
  return ['graph', 'type'].indexOf(name) === -1 ? 2 : ['graph', 'type'].indexOf(name);
}

/** Field sets without their layout, their fields in order. */
function argumentText({ name, value }) {
  if (['key', 'requires', 'provides'].includes(name.value)) return fieldSet(value);
  if (name.value !== 'contextArguments') return print(value);
  const read = value.values.map(({ fields }) =>
    fields.map((one) => `${one.name.value}: ${one.name.value === 'selection' ? fieldSet(one.value) : print(one.value)}`),
  );
  return `[${read.map((one) => `{${one.sort().join(', ')}}`).sort().join(', ')}]`;
}

function fieldSet(value) {
  const text = value.value.trim();
  try {
    const sorted = visit(parse(text.startsWith('{') ? text : `{${text}}`, { noLocation: true }), {
      SelectionSet: { leave: (node) => ({ ...node, selections: [...node.selections].sort(asPrinted) }) },
    });
    return JSON.stringify(print(sorted).replace(/\s+/g, ' '));
  } catch {
    // A context's selection can begin with a type condition or be none of GraphQL's.
    return print(value);
  }
}

function asPrinted(one, other) {
  return print(one).localeCompare(print(other));
}
