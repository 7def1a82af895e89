// The gateway under load: ours beside others, on the same subgraphs, in one run.
//
// `node gateway/run.mjs [--seconds 5] [--rounds 2] [--soak 600] [--profile release] [--no-build]`;
// how to read what it prints: README.md beside package.json. Exits with 1 when a promise is broken.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { temporaryFolder } from '../surroundings.mjs';
import { build, builtAt, load as measured, schemas, startSubgraphs } from './measure.mjs';
import {
  SHARING,
  ask,
  gateways,
  memoryMegabytes,
  pin,
  startGateway,
  startNginx,
  subgraphLines,
  stop,
  stopAll,
} from './programs.mjs';
import { keepPromises } from './promises.mjs';

const CONNECTIONS = 50;
const COLD_CONNECTIONS = 2;
const WORKERS = 2;
const STEADY_TURNS = 5;
const DELAY_MS = 100;
const HEADINGS = [
  'operation',
  'shared',
  'gateway',
  'req/s',
  'p50 ms',
  'p99 ms',
  'cpu ms',
  'their cpu',
  'asked',
  'asked KB',
  'answer KB',
];

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '2' },
    soak: { type: 'string', default: '0' },
    profile: { type: 'string', default: 'dist' },
    'no-build': { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
const built = builtAt(options.profile);
if (!options['no-build']) build(options.profile, ['bench_subgraphs', 'load']);

const operations = {
  deep: fs.readFileSync(new URL('../planning/deep/query.graphql', import.meta.url), 'utf8'),
  tiny: fs.readFileSync(new URL('tiny.graphql', import.meta.url), 'utf8'),
};
// Another response key is another operation for everybody, however it is looked up.
const neverSeen = operations.deep.replace(' users {', ' users_{n}: users {');

const folder = temporaryFolder();
const figures = { loads: [], memory: {}, stages: {}, cold: {}, steady: {} };
let subgraphs;
try {
  await main();
} finally {
  await stopAll();
}

async function main() {
  subgraphs = await startSubgraphs(built, folder);
  const setting = { folder, schemas, urls: subgraphs.urls, supergraph: compose(), workers: WORKERS };
  console.log(`${cpus().length} processors, ${cpus()[0]?.model}; ${CONNECTIONS} connections, rounds of ${seconds} s`);
  console.log(row(HEADINGS));
  for (const sharing of SHARING) await sideBySide(sharing, setting);
  if (process.env.NGINX) await floor(setting);
  await oneWorker(setting);
  await steadiness(setting);
  if (Number(options.soak) > 0) await soak(setting);
  keepPromises(figures);
}

/** The supergraph for those who do not compose. */
function compose() {
  const config = path.join(folder, 'compose.yaml');
  const supergraph = path.join(folder, 'supergraph.graphql');
  fs.writeFileSync(config, [...subgraphLines({ schemas, urls: subgraphs.urls }), ''].join('\n'));
  execFileSync(path.join(built, 'weft'), ['compose', '--config', config, '--output', supergraph], { stdio: 'ignore' });
  return supergraph;
}

/** All gateways with the same sharing, in turns, ours first and last. */
async function sideBySide(sharing, setting) {
  const started = [];
  for (const gateway of gateways(path.join(built, 'weft'))) {
    started.push(await startGateway(gateway, { ...setting, sharing }));
  }
  await compareAnswers(started);
  for (const [name, query] of Object.entries(operations)) {
    const turns = Array.from({ length: Number(options.rounds) }, () => started).flat();
    if (started.length > 1) turns.push(started[0]);
    const seen = new Map(started.map((gateway) => [gateway, []]));
    for (const gateway of started) await load(gateway, query, { seconds: 1 });
    for (const gateway of turns) seen.get(gateway).push(await load(gateway, query, { seconds }));
    for (const gateway of started) print(name, sharing, gateway.name, seen.get(gateway));
  }
  for (const gateway of started) {
    if (sharing === 'nothing') {
      figures.cold[gateway.name] = await cold(gateway);
      figures.stages[gateway.name] = await stages(gateway);
    }
    figures.memory[`${gateway.name} ${sharing}`] = memoryMegabytes(gateway.child).peak;
    await stop(gateway.child);
  }
}

async function compareAnswers(started) {
  for (const query of Object.values(operations)) {
    const answers = [];
    for (const { url } of started) answers.push(JSON.parse(await ask(url, query)));
    for (const [index, answer] of answers.entries()) {
      if (answer.errors || !isDeepStrictEqual(answer, answers[0])) {
        throw new Error(`${started[index].name} answers otherwise: ${JSON.stringify(answer).slice(0, 500)}`);
      }
    }
  }
}

/** What an operation adds that nobody has sent before. */
async function cold(gateway) {
  const lasting = { seconds: Math.min(seconds, 4), connections: COLD_CONNECTIONS };
  const warm = await load(gateway, operations.deep, lasting);
  const fresh = await load(gateway, neverSeen, lasting);
  return fresh.gateway_cpu_ms - warm.gateway_cpu_ms;
}

/** How many requests wait for one another: seen by how long it takes when each takes long. */
async function stages(gateway) {
  await subgraphs.delay(DELAY_MS);
  const { least_ms: ms } = await load(gateway, operations.deep, { seconds: 1, connections: 1 });
  await subgraphs.delay(0);
  return Math.floor(ms / DELAY_MS);
}

/** A proxy that passes on the tiny answer: less than that no gateway can do. */
async function floor(setting) {
  const nginx = await startNginx(process.env.NGINX, { ...setting, url: subgraphs.urls.products });
  await load(nginx, operations.tiny, { seconds: 1 });
  print('tiny', '(passed on)', 'nginx', [await load(nginx, operations.tiny, { seconds })]);
  await stop(nginx.child);
}

/** What the same costs with a single thread: with more it should cost no more. */
async function oneWorker(setting) {
  const [weft] = gateways(path.join(built, 'weft'));
  const one = await startGateway(weft, { ...setting, sharing: SHARING[0], workers: 1 });
  const two = await startGateway(weft, { ...setting, sharing: SHARING[0] });
  const seen = { one: [], two: [] };
  for (const gateway of [one, two, one, two, one]) {
    seen[gateway === one ? 'one' : 'two'].push(await load(gateway, operations.deep, { seconds }));
  }
  const cost = (turns) => mean(turns, 'gateway_cpu_ms');
  figures.growth = (2 * cost(seen.one)) / cost(seen.two);
  await stop(one.child);
  await stop(two.child);
}

/** How long answers take at four fifths of what is possible: the gateway's thread has a processor of
 *  its own, for what waits for clients' turns on the processor says nothing about the gateway. */
async function steadiness(setting) {
  const [weft] = gateways(path.join(built, 'weft'));
  const gateway = await startGateway(weft, { ...setting, sharing: SHARING[0], workers: 1 });
  pin(gateway.child, '0');
  pin(subgraphs.child, '1');
  const turns = [];
  for (let turn = 0; turn < STEADY_TURNS; turn += 1) {
    const { per_second: possible } = await load(gateway, operations.deep, { seconds, processor: '1' });
    const at = { seconds, processor: '1', rate: possible * 0.8 };
    const { p50_ms: p50, p99_ms: p99 } = await load(gateway, operations.deep, at);
    turns.push({ p50, p99 });
  }
  pin(subgraphs.child, `0-${cpus().length - 1}`);
  // The quietest one: whatever else the machine does makes answers wait longer, never shorter.
  turns.sort((one, other) => one.p99 / one.p50 - other.p99 / other.p50);
  [figures.steady] = turns;
  await stop(gateway.child);
}

/** Whether memory stays what it is. */
async function soak(setting) {
  const [weft] = gateways(path.join(built, 'weft'));
  const gateway = await startGateway(weft, { ...setting, sharing: SHARING[0] });
  // A tenth of the time to fill caches and pools.
  await load(gateway, operations.deep, { seconds: Number(options.soak) / 10 });
  const { now: before } = memoryMegabytes(gateway.child);
  await load(gateway, operations.deep, { seconds: Number(options.soak) });
  figures.soak = { before, after: memoryMegabytes(gateway.child).now };
  await stop(gateway.child);
}

/** One turn, and what it has cost whom. */
function load(gateway, query, how) {
  return measured({ built, folder, subgraphs }, gateway, query, { connections: CONNECTIONS, ...how });
}

function print(operation, sharing, gateway, turns) {
  const figure = (name) => mean(turns, name);
  const seen = {
    operation,
    sharing,
    gateway,
    cpu: figure('gateway_cpu_ms'),
    requests: figure('subgraph_requests'),
    kilobytes: figure('subgraph_kilobytes'),
  };
  figures.loads.push(seen);
  const cells = [
    figure('per_second').toFixed(0),
    figure('p50_ms').toFixed(1),
    figure('p99_ms').toFixed(1),
    seen.cpu.toFixed(3),
    figure('subgraph_cpu_ms').toFixed(3),
    seen.requests.toFixed(2),
    seen.kilobytes.toFixed(1),
    (figure('answer_bytes') / 1000).toFixed(1),
  ];
  console.log(row([operation, sharing, gateway, ...cells]));
}

function mean(turns, name) {
  return turns.reduce((sum, turn) => sum + turn[name], 0) / turns.length;
}

function row(cells) {
  const text = ([operation, sharing, gateway]) =>
    `${operation.padEnd(10)}${sharing.padEnd(18)}${gateway.padEnd(8)}`;
  return text(cells) + cells.slice(3).map((cell) => String(cell).padStart(11)).join('');
}
