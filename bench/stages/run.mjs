// Instructions that each stage of a request takes, counted by valgrind: the same number on a busy machine.
//
// `node stages/run.mjs [--profile release] [--no-build]`; how to read what it prints: README.md beside package.json.

import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../surroundings.mjs';

const ROUNDS = 20;
const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    profile: { type: 'string', default: 'release' },
    'no-build': { type: 'boolean', default: false },
  },
});
const built = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), options.profile);
const deep = path.join(root, 'bench/planning/deep');

/** What an execution spends its instructions in, by the function that does it. */
const PARTS = {
  'write representations': 'router::executor::representations::Collector::collect',
  'read answers': 'router::executor::subgraph_answer::read',
  'write the answer': 'router::executor::completion::write',
};

const folder = temporaryFolder();
if (!options['no-build']) build();
main();

/** With the names of functions, which the profiles leave out. */
function build() {
  const profile = options.profile.toUpperCase();
  const names = { [`CARGO_PROFILE_${profile}_STRIP`]: 'none', [`CARGO_PROFILE_${profile}_DEBUG`]: 'line-tables-only' };
  const args = ['build', '--locked', '--profile', options.profile, '-p', 'router', '--example', 'stages'];
  execFileSync('cargo', args, { cwd: root, env: { ...process.env, ...names }, stdio: ['ignore', 'ignore', 'inherit'] });
}

function main() {
  const each = Object.fromEntries(['parse', 'operation', 'plan', 'compile', 'execute', 'prepare'].map((it) => [it, cost(it)]));
  const execution = parts();
  const counted = Object.values(execution).reduce((sum, one) => sum + one, 0);
  const rows = {
    'parse and validate': each.parse,
    'normal form': each.operation - each.parse,
    plan: each.plan,
    'prepare bodies, keys, types': each.compile,
    'all of these, and the cache': each.prepare,
    ...execution,
    'the rest of an execution': each.execute - counted,
  };
  console.log('thousand instructions, bench/planning/deep');
  for (const [name, instructions] of Object.entries(rows)) {
    console.log(`  ${name.padEnd(30)}${(instructions / 1000).toFixed(0).padStart(8)}`);
  }
}

/** What one round more takes: starting, composing and first times are left out. */
function cost(stage) {
  return (instructions(stage, ROUNDS + 1) - instructions(stage, 1)) / ROUNDS;
}

function instructions(stage, rounds, out = '/dev/null') {
  const program = path.join(built, 'examples/stages');
  const args = ['--tool=callgrind', `--callgrind-out-file=${out}`, program, deep, stage, String(rounds)];
  const { status, stderr } = spawnSync('valgrind', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stderr.match(/Collected : (\d+)/)[1]);
}

function parts() {
  const once = spent(1);
  const often = spent(ROUNDS + 1);
  return Object.fromEntries(Object.keys(PARTS).map((part) => [part, (often[part] - once[part]) / ROUNDS]));
}

/** By part, what is spent in its function and in what that calls. */
function spent(rounds) {
  const out = path.join(folder, 'callgrind.out');
  instructions('execute', rounds, out);
  const text = execFileSync('callgrind_annotate', ['--inclusive=yes', '--threshold=100', out], { encoding: 'utf8' });
  const lines = text.split('\n');
  const of = (name) => {
    const line = lines.find((line) => line.includes(`:${name} `) || line.endsWith(`:${name}`));
    if (!line) throw new Error(`the program has no function ${name}`);
    return Number(line.trim().split(' ')[0].replaceAll(',', ''));
  };
  return Object.fromEntries(Object.entries(PARTS).map(([part, name]) => [part, of(name)]));
}
