// What clients notice of changes: of schemas while the gateway answers, and of gateways that are
// restarted one after the other. It should be nothing.
//
// `node reloads/run.mjs [--seconds 60] [--reloads 50] [--restarts 6] [--profile release]
// [--no-build]`; how to read what it prints: README.md beside package.json. Exits with 1 when a
// promise is broken.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build, builtAt, schemas, startSubgraphs } from '../gateway/measure.mjs';
import { SHARING, gateways, memoryMegabytes, startGateway, stop, stopAll } from '../gateway/programs.mjs';
import { tellPromises, temporaryFolder } from '../surroundings.mjs';
import { Clients } from './clients.mjs';

const CONNECTIONS = 20;
const WORKERS = 2;
/** Every so many changes one does not compose. */
const BAD_EVERY = 5;
const MEMORY_EVERY = 10;
/** Longer than clients take to see that a gateway is not ready. */
const DRAIN_MS = 500;
const PATIENCE_MS = 60_000;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    reloads: { type: 'string', default: '50' },
    restarts: { type: 'string', default: '6' },
    profile: { type: 'string', default: 'dist' },
    'no-build': { type: 'boolean', default: false },
  },
});
const [seconds, reloads, restarts] = [options.seconds, options.reloads, options.restarts].map(Number);
if (!options['no-build']) build(options.profile, ['bench_subgraphs', 'load']);
const built = builtAt(options.profile);
const query = fs.readFileSync(new URL('../planning/deep/query.graphql', import.meta.url), 'utf8');

const folder = temporaryFolder();
try {
  await main();
} finally {
  await stopAll();
}

async function main() {
  const { urls } = await startSubgraphs(built, folder);
  const copies = Object.entries(schemas).map(([name, file]) => {
    const copy = path.join(folder, `${name}.graphql`);
    fs.copyFileSync(file, copy);
    return [name, copy];
  });
  // Where plans are shown, the gateway tells of a change that it has refused.
  const more = ['timeouts:', `  drain_ms: ${DRAIN_MS}`, 'extensions: { plan: true }'];
  const setting = { folder, schemas: Object.fromEntries(copies), urls, sharing: SHARING[0], workers: WORKERS, more };
  const [weft] = gateways(path.join(built, 'weft'));
  const begin = () => startGateway(weft, setting);
  const changed = await changeSchemas(await begin(), setting.schemas.products);
  const restarted = await restartInTurn([await begin(), await begin()], begin);
  tellPromises([...promisesOfChanges(changed), ...promisesOfRestarts(restarted)]);
}

/** Schemas change while the gateway is asked, two good ones in turn and now and then a bad one. */
async function changeSchemas(gateway, file) {
  const good = fs.readFileSync(file, 'utf8');
  const texts = [good, `${good}\nextend type Query { spare: Int }\n`];
  const before = memoryMegabytes(gateway.child).now;
  const loading = load(gateway);
  const memory = [];
  const began = performance.now();
  for (let number = 1; number <= reloads; number += 1) {
    const isBad = number % BAD_EVERY === 0;
    await change(gateway, file, isBad ? good.replace('type Product ', 'typo Product ') : texts[number % 2], isBad);
    if (number % MEMORY_EVERY === 0) memory.push(memoryMegabytes(gateway.child).now);
    const due = began + (number * seconds * 1000) / (reloads + 1);
    await pause(due - performance.now());
  }
  const took = (performance.now() - began) / 1000;
  const seen = await loading;
  fs.writeFileSync(file, good);
  await stop(gateway.child);
  const refused = Math.floor(reloads / BAD_EVERY);
  console.log(`schemas: ${reloads} changes in ${took.toFixed(0)} s, ${refused} of them refused, under load`);
  tell(seen);
  console.log(`  memory ${[before, ...memory].map((it) => it.toFixed(0)).join(', ')} MB, after each ${MEMORY_EVERY}`);
  return { ...seen, memory };
}

/** Writes a schema and waits until the gateway has taken it, or refused it. */
async function change({ url }, file, text, isBad) {
  const status = async () => (await fetch(new URL('/ui/status.json', url))).json();
  const { graph, refused } = await status();
  fs.writeFileSync(file, text);
  await until(async () => {
    const now = await status();
    return isBad ? now.refused && now.refused.at !== refused?.at : now.graph.since !== graph.since;
  }, 'the gateway does not follow its files');
}

/** For as long as the changes last. */
async function load({ url }) {
  const body = path.join(folder, 'body.json');
  fs.writeFileSync(body, JSON.stringify({ query }));
  const args = [url, body, '--connections', String(CONNECTIONS), '--seconds', String(seconds)];
  const { stdout } = await promisify(execFile)(path.join(built, 'examples/load'), args);
  const { requests, lost, wrong, p99_ms: p99 } = JSON.parse(stdout);
  return { requests: requests + lost, lost, wrong, p99 };
}

/** Each gateway ends and another takes its place, while clients go to those that are ready. */
async function restartInTurn(running, begin) {
  const clients = new Clients(running.map(({ url }) => url), query);
  clients.start(CONNECTIONS);
  const ends = [];
  for (let turn = 0; turn < restarts; turn += 1) {
    await clients.answered(CONNECTIONS * 5);
    const { child, url } = running.shift();
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    child.kill('SIGTERM');
    ends.push({ code: await ended, wasSeen: clients.sawUnready(url) });
    clients.forget(url);
    const next = await begin();
    running.push(next);
    clients.add(next.url);
    await until(() => clients.isReady(next.url), 'the new gateway is never ready');
  }
  await clients.answered(CONNECTIONS * 5);
  const seen = await clients.stop();
  console.log(`restarts: ${restarts}, of two gateways in turn, with clients that go by /health/ready`);
  tell(seen);
  return { ...seen, ends };
}

function tell({ requests, lost, wrong, p99 }) {
  console.log(`  ${requests} requests, ${lost} lost, ${wrong} with another answer, p99 ${p99.toFixed(1)} ms`);
}

function promisesOfChanges({ requests, lost, wrong, memory }) {
  const promises = [
    {
      text: 'a change of a schema costs no request',
      holds: requests > 0 && lost === 0 && wrong === 0,
      seen: `${lost + wrong} of ${requests}`,
    },
  ];
  // What the first ten leave behind are caches and pools that stay.
  const [first, last] = [memory[0], memory.at(-1)];
  if (memory.length > 1) {
    promises.push({
      text: 'memory does not grow with changes',
      holds: last <= first * 1.1,
      seen: `${first.toFixed(0)} MB after the first ${MEMORY_EVERY}, ${last.toFixed(0)} MB at the end`,
    });
  }
  return promises;
}

function promisesOfRestarts({ requests, lost, wrong, ends }) {
  return [
    {
      text: 'a restart costs no request',
      holds: requests > 0 && lost === 0 && wrong === 0,
      seen: `${lost + wrong} of ${requests}`,
    },
    {
      text: 'a gateway says that it is not ready, and ends with 0',
      holds: ends.every(({ code, wasSeen }) => code === 0 && wasSeen),
      seen: ends.map(({ code, wasSeen }) => `${code}${wasSeen ? '' : ' unseen'}`).join(', '),
    },
  ];
}

async function until(condition, message) {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(message);
    await pause(10);
  }
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, Math.max(0, ms)));
}
