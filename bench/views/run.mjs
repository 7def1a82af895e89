// A view beside the same screen asked of the graph itself, and beside a server of its own before
// the gateway, on the same subgraphs, in one run.
//
// `node views/run.mjs [--seconds 5] [--rounds 4] [--profile release] [--no-build]`; how to read what
// it prints: README.md beside package.json. Exits with 1 when a promise is broken.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { build, builtAt, load, schemas, startSubgraphs } from '../gateway/measure.mjs';
import { SHARING, ask, firstLine, gateways, start, startGateway, stopAll } from '../gateway/programs.mjs';
import { tellPromises, temporaryFolder } from '../surroundings.mjs';

const CONNECTIONS = 50;
const WORKERS = 2;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '4' },
    profile: { type: 'string', default: 'dist' },
    'no-build': { type: 'boolean', default: false },
  },
});
if (!options['no-build']) build(options.profile, ['bench_subgraphs', 'bench_bff', 'load']);
const built = builtAt(options.profile);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const screen = fs.readFileSync(file('screen.graphql'), 'utf8');
const byHand = fs.readFileSync(file('by_hand.graphql'), 'utf8');

const folder = temporaryFolder();
try {
  await main();
} finally {
  await stopAll();
}

async function main() {
  const subgraphs = await startSubgraphs(built, folder);
  const view = `  screen: { schema: { file: ${JSON.stringify(file('view.graphql'))} }, path: /screen/graphql }`;
  const more = ['views:', view];
  const setting = { folder, schemas, urls: subgraphs.urls, sharing: SHARING[0], workers: WORKERS, more };
  const [weft] = gateways(path.join(built, 'weft'));
  const { child, url } = await startGateway(weft, setting);
  const backend = await startBackend(url);
  const ways = [
    { name: 'the graph, by hand', child, url, query: byHand },
    { name: 'a view', child, url: url.replace('/graphql', '/screen/graphql'), query: screen },
    { name: 'a server before it', child, others: [backend.child], url: backend.url, query: screen },
  ];
  await compareAnswers(ways);
  const measure = (way, seconds) =>
    load({ built, folder, subgraphs }, way, way.query, { seconds, connections: CONNECTIONS });
  const turns = new Map(ways.map((way) => [way, []]));
  for (const way of ways) await measure(way, 1);
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const way of ways) turns.get(way).push(await measure(way, Number(options.seconds)));
  }
  console.log(row('', ['req/s', 'p50 ms', 'cpu ms', 'asked', 'answer KB']));
  keepPromises(ways.map((way) => print(way, turns.get(way))));
}

/** What people write without views. */
async function startBackend(gatewayUrl) {
  const args = [gatewayUrl, file('by_hand.graphql')];
  const env = { TOKIO_WORKER_THREADS: String(WORKERS) };
  const child = start(path.join(built, 'examples/bench_bff'), args, { folder, env, stdout: 'pipe' });
  return { child, url: await firstLine(child) };
}

/** The view and the server say the same. */
async function compareAnswers([, view, server]) {
  const [one, other] = await Promise.all([view, server].map(async ({ url, query }) => JSON.parse(await ask(url, query))));
  if (one.errors || !isDeepStrictEqual(one.data, other.data)) {
    throw new Error(`they differ: ${JSON.stringify(one).slice(0, 300)} ${JSON.stringify(other).slice(0, 300)}`);
  }
}

function print({ name }, turns) {
  const figure = (of) => turns.reduce((sum, turn) => sum + turn[of], 0) / turns.length;
  const cells = [
    figure('per_second').toFixed(0),
    figure('p50_ms').toFixed(1),
    figure('gateway_cpu_ms').toFixed(3),
    figure('subgraph_requests').toFixed(2),
    (figure('answer_bytes') / 1000).toFixed(1),
  ];
  console.log(row(name, cells));
  // What else the machine does only ever adds.
  return { least: Math.min(...turns.map((turn) => turn.gateway_cpu_ms)), asked: figure('subgraph_requests') };
}

function keepPromises([byHand, view, server]) {
  tellPromises([
    {
      text: 'a view costs the gateway at most 1.05 of the same asked of the graph',
      holds: view.least <= 1.05 * byHand.least,
      seen: `${(view.least / byHand.least).toFixed(3)} (${view.least.toFixed(3)} ms beside ${byHand.least.toFixed(3)})`,
    },
    {
      text: 'a view asks the subgraphs as often',
      holds: view.asked.toFixed(1) === byHand.asked.toFixed(1),
      seen: `${view.asked.toFixed(2)} beside ${byHand.asked.toFixed(2)}`,
    },
    {
      text: 'a view costs at most half of a server before the gateway',
      holds: view.least <= 0.5 * server.least,
      seen: `${(view.least / server.least).toFixed(2)} (${view.least.toFixed(3)} ms beside ${server.least.toFixed(3)})`,
    },
  ]);
}

function row(name, cells) {
  return name.padEnd(22) + cells.map((cell) => cell.padStart(11)).join('');
}
