// The changes of every case through `weft check` and through GraphQL Inspector: for each coordinate
// both say that it is breaking, dangerous or safe, or the other says nothing. `differences.json`
// lists where they do not agree and why; what is not listed fails, and so does what is listed and
// does not happen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cases, criticalityByInspector, criticalityByWeft } from './criticality.mjs';

test('two tools agree about what each change does to clients, but for what is explained', async () => {
  const found = [];
  for (const one of cases()) {
    const [ours, theirs] = await Promise.all([criticalityByWeft(one), criticalityByInspector(one)]);
    for (const coordinate of new Set([...ours.keys(), ...theirs.keys()])) {
      const [own, other] = [ours, theirs].map((levels) => levels.get(coordinate) ?? 'nothing');
      if (own !== other) found.push(`${one.name}: ${coordinate}: ${own} / ${other}`);
    }
  }
  const listed = JSON.parse(readFileSync(new URL('differences.json', import.meta.url), 'utf8'));
  const explained = listed.flatMap(({ differences }) => differences);
  assert.deepEqual(found.filter((one) => !explained.includes(one)), [], 'nothing explains these');
  assert.deepEqual(explained.filter((one) => !found.includes(one)), [], 'these do not happen');
});
