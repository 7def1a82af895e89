// The two tools: each takes a case and says for each coordinate how bad its worst change is.

import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { binary } from '../support/weft.mjs';

const CASES = fileURLToPath(new URL('../../gateway/cases/schema_changes/', import.meta.url));

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
export async function criticalityByWeft({ before, after }) {
  const args = ['check', '--baseline', before, after, '--format', 'json'];
  const { status, stdout, stderr } = await run(args);
  if (status > 1) throw new Error(`weft ${args.join(' ')} ended with ${status}: ${stderr}`);
  const { findings } = JSON.parse(stdout);
  const odd = findings.find(({ kind }) => !LEVELS.includes(kind) && kind !== 'hint');
  if (odd) throw new Error(`weft ${args.join(' ')}: ${odd.code}: ${odd.message}`);
  const changes = findings.filter(({ kind }) => kind !== 'hint');
  return worst(changes.map(({ kind, coordinate }) => [coordinate, kind]));
}

export async function criticalityByInspector({ before, after }) {
  const [old, young] = [before, after].map((file) => buildSchema(readFileSync(file, 'utf8')));
  const changes = await diff(old, young);
  return worst(changes.map((one) => [coordinateOf(one), OF_INSPECTOR[one.criticality.level]]));
}

function worst(changes) {
  const levels = new Map();
  for (const [coordinate, level] of changes) {
    const known = levels.get(coordinate);
    if (!known || LEVELS.indexOf(level) > LEVELS.indexOf(known)) levels.set(coordinate, level);
  }
  return levels;
}

/** Inspector's paths as coordinates: `Query.a.x` of an argument is `Query.a(x:)`, and what is said
 *  with a directive, as in `Query.a.@deprecated`, is said of what has it. */
function coordinateOf({ path: place = 'schema' }) {
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
