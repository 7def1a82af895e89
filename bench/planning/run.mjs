// Planning: operations that have stopped planners, each kind in growing sizes.
//
// `node planning/run.mjs [--only ring,wide] [--profile release] [--no-build]`; how to read what it
// prints: README.md beside package.json. Exits with 1 when a promise is broken.

import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tellPromises, temporaryFolder } from '../surroundings.mjs';
import { KINDS, write } from './generate.mjs';

// The last size of each is well beyond what has been seen to stop another planner.
const SIZES = {
  shareable: [2, 3, 4, 5],
  interface: [10, 20, 50, 100, 200],
  fragments: [6, 8, 10, 12, 14],
  requires: [10, 20, 40, 80],
  ring: [8, 12, 20, 40],
  wide: [100, 200, 500, 1000],
};

const PLAN_MS_MAX = 50;
const DEEP_MS_MAX = 1;
// Of time in the number of fields that are asked for, or of subgraphs where those grow.
const EXPONENT_MAX = 3;
const REPETITIONS = 15;

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    profile: { type: 'string', default: 'dist' },
    'no-build': { type: 'boolean', default: false },
  },
});
const chosen = options.only?.split(',');
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
const program = path.join(target, options.profile, 'examples/plan_timed');
if (!options['no-build']) {
  const build = ['build', '--locked', '--profile', options.profile, '-p', 'federation', '--example', 'plan_timed'];
  execFileSync('cargo', build, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

console.log(`${cpus().length} processors, ${cpus()[0]?.model}`);
console.log(row(['kind', 'size', 'query bytes', 'parse ms', 'plan ms', 'fetches', 'steps', 'sent bytes']));
const promises = [];
const folder = temporaryFolder();
deep();
for (const [kind, sizes] of Object.entries(SIZES)) {
  if (!chosen || chosen.includes(kind)) grow(kind, sizes);
}
tellPromises(promises);

/** Five levels over four subgraphs: what a page asks for. */
function deep() {
  if (chosen && !chosen.includes('deep')) return;
  const result = measure(fileURLToPath(new URL('deep', import.meta.url)));
  print('deep', '', result);
  const ms = result.parse_ms + result.plan_ms;
  promises.push({
    text: `the deep operation is parsed, validated and planned in under ${DEEP_MS_MAX} ms`,
    holds: ms < DEEP_MS_MAX,
    seen: `${ms.toFixed(2)} ms`,
  });
}

function grow(kind, sizes) {
  const results = sizes.map((size) => {
    const texts = path.join(folder, `${kind}-${size}`);
    write(kind, size, texts);
    const result = { size, ...measure(texts) };
    print(kind, size, result);
    return result;
  });
  const last = results.at(-1);
  promises.push({
    text: `${kind}: ${last.size} ${KINDS[kind].what}: planned in under ${PLAN_MS_MAX} ms`,
    holds: last.plan_ms < PLAN_MS_MAX,
    seen: `${last.plan_ms.toFixed(2)} ms`,
  });
  // Between the last two sizes. The fields of a tree grow with the query's text.
  const before = results.at(-2);
  const growth = (name) => Math.log(last[name] / before[name]);
  const exponent = growth('plan_ms') / growth(kind === 'shareable' ? 'query_bytes' : 'size');
  promises.push({
    text: `${kind}: the cost is a power of the size, no more than ${EXPONENT_MAX}`,
    holds: exponent <= EXPONENT_MAX,
    seen: `n^${exponent.toFixed(2)}`,
  });
}

function measure(texts) {
  return JSON.parse(execFileSync(program, [texts, String(REPETITIONS)], { encoding: 'utf8' }));
}

function print(kind, size, { query_bytes: asked, parse_ms: parse, plan_ms: plan, fetches, steps, document_bytes: sent }) {
  console.log(row([kind, size, asked, parse.toFixed(3), plan.toFixed(3), fetches, steps, sent]));
}

function row(cells) {
  return cells.map((cell, at) => (at === 0 ? String(cell).padEnd(10) : String(cell).padStart(12))).join('');
}
