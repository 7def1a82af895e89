// Composition: ours beside the JavaScript composers, over the same generated graphs, in one run.
//
// `node composition/run.mjs [--only graph-100,ring-12] [--timeout SECONDS] [--profile release]
// [--no-build]`; how to read what it prints: README.md beside package.json. Exits with 1 when a
// promise is broken.

import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { temporaryFolder, tellPromise } from '../surroundings.mjs';
import { graph, ring, write } from './generate.mjs';

// What is promised. Milliseconds are of the quickest run, on the clock: what one waits for, with as
// little as may be of what else the machine does. Ratios are of processor time, on all processors.
const PROMISES = [
  {
    text: '100 subgraphs with 2 000 types compose in under 100 ms',
    needs: ['graph-100'],
    check: (run) => {
      const { min_ms: clock, types } = run('graph-100', 'weft');
      return { holds: clock < 100 && types >= 2_000, seen: `${ms(clock)} ms, ${types} types` };
    },
  },
  ...['@theguild/federation-composition', '@apollo/composition'].map((composer) => ({
    text: `100 subgraphs: at least 20 times as fast as ${composer}`,
    needs: ['graph-100'],
    composer,
    check: (run) => {
      const theirs = run('graph-100', composer);
      const ratio = (theirs.cpu_ms ?? theirs.timeout_ms) / run('graph-100', 'weft').cpu_ms;
      return { holds: ratio >= 20, seen: `${ratio.toFixed(1)} times` };
    },
  })),
  {
    text: '100 subgraphs of which one has changed compose in under 50 ms',
    needs: ['graph-100'],
    check: (run) => {
      const { one_changed_min_ms: clock } = run('graph-100', 'weft');
      return { holds: clock < 50, seen: `${ms(clock)} ms` };
    },
  },
  {
    text: '100 subgraphs compose in less than 100 MB of memory, the texts and the program included',
    needs: ['graph-100'],
    check: (run) => {
      const { peak_rss_kb: peak } = run('graph-100', 'weft');
      return { holds: peak < 100_000, seen: `${megabytes(peak)} MB` };
    },
  },
  {
    text: 'a ring of keys over 40 subgraphs composes in under 50 ms',
    needs: ['ring-40'],
    check: (run) => {
      const { min_ms: clock, ok } = run('ring-40', 'weft');
      return { holds: ok && clock < 50, seen: `${ms(clock)} ms` };
    },
  },
  ...[['graph-10', 'graph-100'], ['graph-100', 'graph-500']].map(([small, big]) => ({
    text: `from ${small} to ${big} time grows no faster than n log n`,
    needs: [small, big],
    check: (run) => {
      const [one, other] = [size(small), size(big)];
      // A quarter more is allowed for caches, which the bigger graph fits worse.
      const limit = ((other * Math.log(other)) / (one * Math.log(one))) * 1.25;
      const factor = run(big, 'weft').cpu_ms / run(small, 'weft').cpu_ms;
      const exponent = Math.log(factor) / Math.log(other / one);
      return {
        holds: factor <= limit,
        seen: `${factor.toFixed(1)} times the time (limit ${limit.toFixed(1)}), n^${exponent.toFixed(2)}`,
      };
    },
  })),
];

// Repetitions after the warm-up: many where one is short, few where patience ends.
const GRAPHS = [
  { name: 'graph-10', make: () => graph(10), ours: 200, theirs: 10 },
  { name: 'graph-100', make: () => graph(100), ours: 30, theirs: 3 },
  { name: 'graph-500', make: () => graph(500), ours: 7, theirs: 1 },
  ...[6, 8, 10, 12, 20, 40].map((count) => ({
    name: `ring-${count}`,
    make: () => ring(count),
    ours: 50,
    theirs: 3,
  })),
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    timeout: { type: 'string', default: '120' },
    profile: { type: 'string', default: 'dist' },
    'no-build': { type: 'boolean', default: false },
  },
});
const timeoutMs = Number(options.timeout) * 1000;
const chosen = options.only?.split(',');
const graphs = GRAPHS.filter(({ name }) => !chosen || chosen.includes(name));

const results = new Map();
const folder = temporaryFolder();
await main();

async function main() {
  const composers = [ours(), ...theirs()];
  console.log(`${cpus().length} processors, ${cpus()[0]?.model}; node ${process.version}`);
  console.log(row(['graph', 'types', 'composer', 'median ms', 'min ms', 'cpu ms', 'parse ms', 'peak MB', '× ours']));
  const gaveUp = new Set();
  for (const { name, make, ...repetitions } of graphs) {
    const texts = path.join(folder, name);
    write(make(), texts);
    for (const composer of composers) {
      const family = `${name.split('-')[0]} ${composer.name}`;
      const result = gaveUp.has(family)
        ? { timeout_ms: timeoutMs, note: 'not tried' }
        : await measure(composer, texts, repetitions[composer.turns]);
      if (result.timeout_ms) gaveUp.add(family);
      results.set(`${name} ${composer.name}`, result);
      console.log(described(name, composer.name, result));
      if (result.one_changed_cpu_ms) console.log(recomposed(name, composer.name, result));
    }
  }
  keepPromises(composers);
}

function ours() {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
  const program = path.join(target, options.profile, 'examples/compose_timed');
  if (!options['no-build']) {
    const build = ['build', '--locked', '--profile', options.profile, '-p', 'federation', '--example', 'compose_timed'];
    execFileSync('cargo', build, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return { name: 'weft', turns: 'ours', command: program, before: [] };
}

/** The Guild's, which is installed here; Apollo's, where `APOLLO_COMPOSITION` names a folder that
 *  has it in its `node_modules`. */
function theirs() {
  const places = [
    ['@theguild/federation-composition', import.meta.url],
    ['@apollo/composition', process.env.APOLLO_COMPOSITION && path.resolve(process.env.APOLLO_COMPOSITION, 'package.json')],
  ];
  const script = fileURLToPath(new URL('compose_js.mjs', import.meta.url));
  return places
    .filter(([, place]) => place)
    .map(([name, place]) => ({
      name,
      turns: 'theirs',
      command: process.execPath,
      before: [script, createRequire(place).resolve(name)],
    }));
}

/** In its own process; one that outlives the time-out is killed. */
function measure({ command, before }, texts, repetitions) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, texts, String(repetitions)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) resolve({ timeout_ms: timeoutMs });
      else if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`${command} ended with ${code}`));
    });
  });
}

function described(name, composer, result) {
  if (result.timeout_ms) {
    const note = result.note ?? `> ${result.timeout_ms / 1000} s, killed`;
    return row([name, '', composer, note, '', '', '', '', '']);
  }
  const own = results.get(`${name} weft`);
  const ratio = own?.cpu_ms ? (result.cpu_ms / own.cpu_ms).toFixed(1) : '';
  const types = result.ok ? result.types : `refused: ${[...new Set(result.codes)].join(' ')}`;
  const figures = [result.median_ms, result.min_ms, result.cpu_ms, result.parse_ms].map(ms);
  return row([name, types, composer, ...figures, megabytes(result.peak_rss_kb), ratio]);
}

/** With what was read before: one subgraph of them all is another one than the last time. */
function recomposed(name, composer, result) {
  const figures = [result.one_changed_median_ms, result.one_changed_min_ms, result.one_changed_cpu_ms].map(ms);
  return row([name, '', `${composer}, one changed`, ...figures, '', '', '']);
}

/** Those about what was measured; a broken one is the exit code. */
function keepPromises(composers) {
  const names = new Set(composers.map(({ name }) => name));
  const measured = new Set(graphs.map(({ name }) => name));
  console.log('\npromises');
  for (const { text, needs, composer, check } of PROMISES) {
    const isMeasured = needs.every((name) => measured.has(name)) && (!composer || names.has(composer));
    if (!isMeasured) {
      console.log(`  -  ${text}: not measured`);
      continue;
    }
    const isLate = needs.some((name) => results.get(`${name} weft`).timeout_ms);
    const held = isLate
      ? { holds: false, seen: 'timed out' }
      : check((name, of) => results.get(`${name} ${of}`));
    tellPromise({ text, ...held });
  }
  for (const [name, { ok, timeout_ms: late }] of results) {
    const isOurs = name.endsWith(' weft');
    if (isOurs && (late || !ok)) {
      console.log(`  ✘  ${name} does not compose`);
      process.exitCode = 1;
    }
  }
}

function size(name) {
  return Number(name.split('-')[1]);
}

function ms(figure) {
  return figure >= 100 ? figure.toFixed(0) : figure.toFixed(2);
}

function megabytes(kilobytes) {
  return (kilobytes / 1000).toFixed(0);
}

function row(cells) {
  const widths = [10, 6, 34, 18, 10, 10, 10, 8, 8];
  return cells
    .map((cell, at) => (at === 0 || at === 2 || at === 3 ? String(cell).padEnd(widths[at]) : String(cell).padStart(widths[at])))
    .join(' ')
    .trimEnd();
}
