// The two tools: each takes a case and tells its changes as `{code, coordinate, level}`.

import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { binary } from '../support/weft.mjs';

const CASES = fileURLToPath(new URL('../../gateway/cases/schema_changes/', import.meta.url));

/** From harmless to worst. */
const LEVELS = ['safe', 'dangerous', 'breaking'];

const OF_INSPECTOR = {
  [CriticalityLevel.NonBreaking]: 'safe',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.Breaking]: 'breaking',
};

/** The repository's own: `before` and `after` are files. */
export function cases() {
  return readdirSync(CASES)
    .sort()
    .map((name) => {
      const file = (when) => path.join(CASES, name, `${when}.graphql`);
      return { name, before: file('before'), after: file('after') };
    });
}

/** Without operations: a change is taken for the worst. */
export async function changesByWeft({ before, after }) {
  const args = ['check', '--baseline', before, after, '--format', 'json'];
  const { status, stdout, stderr } = await run(args);
  if (status > 1 || !stdout) throw new Error(`weft ${args.join(' ')} ended with ${status}: ${stderr}`);
  const changes = JSON.parse(stdout).findings.filter(({ kind }) => kind !== 'hint');
  const other = changes.find(({ kind }) => !LEVELS.includes(kind));
  if (other) throw new Error(`weft ${args.join(' ')}: ${other.code}: ${other.message}`);
  return changes.map(({ code, coordinate, kind: level }) => ({ code, coordinate, level }));
}

export async function changesByInspector({ before, after }) {
  const [old, young] = [before, after].map((file) => buildSchema(readFileSync(file, 'utf8')));
  const changes = await diff(old, young);
  return changes.map(({ type: code, path: place, criticality: { level } }) => {
    return { code, coordinate: coordinateOf(place), level: OF_INSPECTOR[level] };
  });
}

/** How bad the worst change at each coordinate is. */
export function criticality(changes) {
  const worst = new Map();
  for (const { coordinate, level } of changes) {
    const known = LEVELS.indexOf(worst.get(coordinate));
    if (LEVELS.indexOf(level) > known) worst.set(coordinate, level);
  }
  return worst;
}

/** Inspector's paths as coordinates: `Query.a.x` of an argument is `Query.a(x:)`, and what is said
 *  with a directive, as in `Query.a.@deprecated`, is said of what has it. */
function coordinateOf(place = 'schema') {
  const [owner, ...inside] = place.split('.');
  const ends = inside.findIndex((part) => part.startsWith('@'));
  const [member, argument] = ends < 0 ? inside : inside.slice(0, ends);
  if (owner.startsWith('@')) return member ? `${owner}(${member}:)` : owner;
  return [owner, argument ? `${member}(${argument}:)` : member].filter(Boolean).join('.');
}

function run(args) {
  return new Promise((resolve) => {
    execFile(binary(), args, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? 127) : 0, stdout, stderr });
    });
  });
}
