// Hundreds of sets of subgraphs through our composer and through another one: both accept or refuse
// the same sets, with the same codes, and what they compose is the same. `differences.json` lists
// where they do not and why; it can only shrink: what is not listed fails, and what is listed and
// does not happen fails too.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differences, identity } from './compare.mjs';
import { composeWithTheGuild, composeWithWeft, ownCases } from './composers.mjs';
import { GENERATED, generatedSets } from './generator.mjs';

test('two composers agree about every set of subgraphs, but for what is explained', () => {
  const sets = [...ownCases(), ...generatedSets(GENERATED)];
  const theirs = composeWithTheGuild(sets);
  const ours = composeWithWeft(sets, theirs);
  const found = sets.flatMap(({ name }, at) =>
    differences(ours[at], theirs[at]).map((one) => ({ name, ...one })),
  );
  const listed = JSON.parse(readFileSync(new URL('differences.json', import.meta.url), 'utf8'));
  const explained = new Set(listed.filter(({ reason }) => reason).map(({ difference }) => difference));
  const unexplained = found.filter((one) => !explained.has(identity(one)));
  const happening = new Set(found.map(identity));
  const stale = [...explained].filter((one) => !happening.has(one));
  assert.deepEqual(unexplained.map(told), [], 'differences that nothing explains');
  assert.deepEqual(stale, [], 'explained differences that do not happen');
});

function told({ name, kind, ours, theirs }) {
  return `${name}: ${kind}\n  ours: ${ours || '-'}\n  theirs: ${theirs || '-'}`;
}
