// Whether another router answers from our supergraphs as we do.
//
// See README.md. Needs built programs and no packages: `node bench/other-router/run.mjs [WORLD …]`.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, freshFolder, stopAll, untilAnswers, startRouter, textOf } from './processes.mjs';
import { difference, parse } from './answers.mjs';
import { operationsOf } from './operations.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const TARGET = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target');
const WEFT = process.env.WEFT ?? path.join(TARGET, 'debug/weft');
const SERVE_WORLDS = process.env.SERVE_WORLDS ?? path.join(TARGET, 'debug/examples/serve_worlds');
const ROUTER = process.env.OTHER_ROUTER;
const WORLDS = path.join(ROOT, 'gateway/cases/execution');

/** Differences that have been looked into: `world/operation` → why. */
const KNOWN = JSON.parse(
  fs.readFileSync(new URL('./known_differences.json', import.meta.url), 'utf8'),
);

/** Reads of one subgraph and of all, lists, what is missing, aliases, types, introspection. */
const SHOP_OPERATIONS = [
  ['user_with_orders', '{ user(id: "123") { username email address orders { total } } }'],
  [
    'across_all',
    `{ orders(limit: 5) {
         status createdAt user { username orders(limit: 1) { id } }
         items { quantity subtotal product { name price inStock } }
       } }`,
  ],
  ['two_roots', '{ order(id: "1") { total } product(id: "1") { name } getUser(id: "123") { name } }'],
  ['page', '{ productsPage(limit: 2, sort: "price") { __typename metadata { total totalPages } } }'],
  ['missing_user', '{ user(id: "no such user") { username orders { total } } }'],
  ['typenames', '{ __typename user(id: "123") { __typename orders { __typename } } }'],
  ['aliases', '{ one: user(id: "123") { n: name } two: user(id: "123") { o: orders { t: total } } }'],
  ['introspection', '{ __type(name: "User") { name fields { name } } }'],
];

await main();

async function main() {
  const missing = [
    [ROUTER, 'OTHER_ROUTER names no program: nothing to compare with, skipped'],
    [WEFT, `there is no ${WEFT}: cargo build -p weft`],
    [SERVE_WORLDS, `there is no ${SERVE_WORLDS}: cargo build -p router --example serve_worlds`],
  ].find(([file]) => !file || !fs.existsSync(file));
  if (missing) {
    console.log(missing[0] ? `${missing[0]}: ${missing[1]}` : missing[1]);
    process.exit(ROUTER && !fs.existsSync(ROUTER) ? 1 : ROUTER ? 1 : 0);
  }
  const wanted = process.argv.slice(2);
  const reports = [];
  try {
    if (wanted.length === 0 || wanted.includes('the shop')) reports.push(await theShop());
    const worlds = wanted.filter((name) => name !== 'the shop');
    if (wanted.length === 0 || worlds.length > 0) {
      const served = await serveWorlds(worlds);
      for (const [world, urls] of Object.entries(served.worlds)) {
        reports.push(await oneWorld(world, urls, served.begin));
      }
    }
  } finally {
    await stopAll();
  }
  process.exitCode = print(reports, wanted.length === 0);
}

/** The shop of `schema/`, its three subgraphs as `weft dev` runs them; what it answers is expected. */
async function theShop() {
  const folder = freshFolder();
  const dev = spawn(WEFT, ['dev', '--port', '0', '--data-dir', folder], { cwd: ROOT });
  const banner = await textOf(dev, /schema {6}composed/);
  const gateway = banner.match(/GraphQL\s+(http:\S+)/)[1];
  const urls = {};
  for (const [, name, url] of banner.matchAll(/(\w+)\s+(http:\/\/\S+\/graphql) {3}sqlite/g)) {
    urls[name] = url;
  }
  const schemas = Object.fromEntries(
    Object.keys(urls).map((name) => [name, path.join(ROOT, `schema/${name}-schema.graphql`)]),
  );
  const operations = SHOP_OPERATIONS.map(([name, document]) => ({ name, document, runs: [{}] }));
  for (const operation of operations) {
    const expected = parse(await ask(gateway, operation.document, {}));
    if (!expected.data || expected.errors) throw new Error(`${operation.name}: no answer of ours`);
    operation.runs = [{ variables: {}, expected }];
  }
  return compare('the shop', { folder, schemas, urls, operations, begin: async () => [] });
}

/** All subgraphs of the wanted worlds, served by one program. */
async function serveWorlds(wanted) {
  const server = spawn(SERVE_WORLDS, wanted, { cwd: ROOT });
  return JSON.parse(await textOf(server, /\}\}\}\s*$/));
}

async function oneWorld(world, urls, base) {
  const source = path.join(WORLDS, world);
  const schemas = Object.fromEntries(
    Object.keys(urls).map((name) => [name, path.join(source, `subgraphs/${name}.graphql`)]),
  );
  const begin = async () => {
    const response = await fetch(`${base}/${world}`, { method: 'POST' });
    return response.json();
  };
  const operations = operationsOf(source);
  return compare(world, { folder: freshFolder(), schemas, urls, operations, begin });
}

/** Composes, starts the other router, and sends every operation. */
async function compare(world, { folder, schemas, urls, operations, begin }) {
  const report = { world, loads: false, equal: 0, differ: [], skipped: 0, asked: [] };
  const composed = compose(folder, schemas, urls);
  if (composed.error) return { ...report, why: `does not compose: ${composed.error}` };
  const port = await freePort();
  const router = startRouter(ROUTER, { folder, supergraph: composed.file, port });
  const url = `http://127.0.0.1:${port}/graphql`;
  const failure = await untilAnswers(router, url);
  if (failure) return { ...report, why: failure };
  report.loads = true;
  for (const { name, document, runs, isFaulty } of operations) {
    if (isFaulty) {
      report.skipped += 1;
      continue;
    }
    const differences = [];
    for (const { variables, expected } of runs) {
      await begin();
      const answer = await ask(url, document, variables);
      const found = difference(expected, answer);
      if (found) differences.push(found);
      report.asked.push(...(await begin()).map((text) => `${name}: ${text}`));
    }
    if (differences.length === 0) report.equal += 1;
    else report.differ.push({ name: `${world}/${name}`, difference: differences[0] });
  }
  await router.stop();
  return report;
}

/** `weft compose` with the URLs at which the subgraphs are served. */
function compose(folder, schemas, urls) {
  const subgraphs = Object.entries(schemas).map(([name, file]) =>
    [
      `  ${JSON.stringify(name)}:`,
      `    routing_url: ${urls[name]}`,
      `    schema:`,
      `      file: ${JSON.stringify(file)}`,
    ].join('\n'),
  );
  const config = path.join(folder, 'router.yaml');
  const file = path.join(folder, 'supergraph.graphql');
  fs.writeFileSync(config, `subgraphs:\n${subgraphs.join('\n')}\n`);
  const run = spawnSync(WEFT, ['compose', '--config', config, '--output', file], {
    encoding: 'utf8',
  });
  return run.status === 0 ? { file } : { error: run.stderr.trim() };
}

/** The text of the answer; of a connection that breaks, what the network says. */
async function ask(url, query, variables) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(30_000),
    });
    return await response.text();
  } catch (error) {
    return `no answer: ${error.cause ?? error}`;
  }
}

/** A line a world, then what differs; the exit code. */
function print(reports, isWhole) {
  const row = (...cells) =>
    console.log(cells.map((cell, index) => String(cell).padEnd(index ? 8 : 32)).join(' '));
  row('world', 'loads', 'equal', 'differ', 'skipped');
  for (const { world, loads, equal, differ, skipped } of reports) {
    row(world, loads ? 'yes' : 'no', equal, differ.length, skipped);
  }
  const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
  row('all', sum((it) => it.loads), sum((it) => it.equal), sum((it) => it.differ.length), sum((it) => it.skipped));
  let unknown = 0;
  for (const { world, why } of reports.filter((report) => !report.loads)) {
    unknown += 1;
    console.log(`\n${world} is not loaded: ${why}`);
  }
  const differences = reports.flatMap((report) => report.differ);
  for (const { name, difference: text } of differences) {
    if (!KNOWN[name]) unknown += 1;
    console.log(`\n${name} differs${KNOWN[name] ? ` (known: ${KNOWN[name]})` : ''}\n${text}`);
  }
  const asked = reports.flatMap((report) => report.asked.map((text) => `${report.world}/${text}`));
  if (asked.length > 0) {
    console.log(`\nasked of subgraphs that cannot know it:\n${[...new Set(asked)].join('\n')}`);
  }
  const gone = (name) => !differences.some((it) => it.name === name);
  const stale = Object.keys(KNOWN).filter((it) => gone(it) && !KNOWN[it].startsWith('sometimes: '));
  if (isWhole && stale.length > 0) {
    console.log(`\nknown differences that are none any more: ${stale.join(', ')}`);
    unknown += stale.length;
  }
  return unknown === 0 ? 0 : 1;
}
