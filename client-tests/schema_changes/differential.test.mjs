// The changes of every case through `weft check` and through GraphQL Inspector: for each coordinate
// both say that it is breaking, dangerous or safe, or both say nothing. `differences.json` lists
// where they do not agree and why; what is not listed fails, and so does what is listed and does not
// happen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { ChangeType } from '@graphql-inspector/core';
import { cases, changesByInspector, changesByWeft, criticality } from './changes.mjs';

/** Inspector tells of these as uses of a directive, or not at all. */
const CODES_OF_OURS = [
  'DIRECTIVE_ARGUMENT_DEPRECATION_ADDED',
  'DIRECTIVE_ARGUMENT_DEPRECATION_REASON_CHANGED',
  'DIRECTIVE_ARGUMENT_DEPRECATION_REMOVED',
  'DIRECTIVE_USAGE_ARGUMENT_CHANGED',
  'FIELD_ARGUMENT_DEPRECATION_ADDED',
  'FIELD_ARGUMENT_DEPRECATION_REASON_CHANGED',
  'FIELD_ARGUMENT_DEPRECATION_REMOVED',
  'INPUT_FIELD_DEPRECATION_ADDED',
  'INPUT_FIELD_DEPRECATION_REASON_CHANGED',
  'INPUT_FIELD_DEPRECATION_REMOVED',
];

/** The cases, with `ours` and `theirs`. */
const compared = [];
before(async () => {
  for (const one of cases()) {
    const [ours, theirs] = await Promise.all([changesByWeft(one), changesByInspector(one)]);
    compared.push({ ...one, ours, theirs });
  }
});

test('two tools agree about what each change does to clients, but for what is explained', () => {
  const found = compared.flatMap(({ name, ours, theirs }) => {
    const [own, other] = [criticality(ours), criticality(theirs)];
    return [...new Set([...own.keys(), ...other.keys()])]
      .map((at) => ({ at, own: own.get(at) ?? 'nothing', other: other.get(at) ?? 'nothing' }))
      .filter((one) => one.own !== one.other)
      .map((one) => `${name}: ${one.at}: ${one.own} / ${one.other}`);
  });
  const listed = JSON.parse(readFileSync(new URL('differences.json', import.meta.url), 'utf8'));
  const explained = listed.flatMap(({ differences }) => differences);
  assert.deepEqual(found.filter((one) => !explained.includes(one)), [], 'nothing explains these');
  assert.deepEqual(explained.filter((one) => !found.includes(one)), [], 'these do not happen');
});

test('our codes are the names of its changes, where it has one', () => {
  const names = Object.values(ChangeType);
  const codes = new Set(compared.flatMap(({ ours }) => ours.map(({ code }) => code)));
  assert.ok(codes.size > CODES_OF_OURS.length, 'there are changes');
  assert.deepEqual([...codes].filter((code) => !names.includes(code)).sort(), CODES_OF_OURS);
});
