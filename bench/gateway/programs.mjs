// The programs that are measured, how each is started, and what the system says of them.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const READY_MS = 30_000;
const TICKS_PER_SECOND = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout);

/** What is shared while it is under way: identical requests to subgraphs, or of clients too. */
export const SHARING = ['nothing', 'subgraph requests', 'client requests'];

const running = new Set();

/** A program; gone when everything is over. What it logs goes to a file in the folder. */
export function start(command, args, { folder, env = {}, stdout = 'ignore' }) {
  const log = fs.openSync(path.join(folder, `${path.basename(command)}.log`), 'a');
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout === 'pipe' ? 'pipe' : log, log],
  });
  fs.closeSync(log);
  running.add(child);
  return child;
}

export async function stop(child) {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(killer);
}

export async function stopAll() {
  await Promise.all([...running].map(stop));
}

export async function firstLine(child) {
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('\n')) return text.split('\n')[0];
  }
  throw new Error(`${child.spawnfile} has ended`);
}

/** Seconds of all processors that a program, its threads and its ended children have had. */
export function cpuSeconds({ pid }) {
  const pids = [pid, ...childrenOf(pid)];
  const ticks = pids.map((pid) => {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

/** The most memory it ever had, and what it has now. */
export function memoryMegabytes({ pid }) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024;
  return { peak: field('VmHWM'), now: field('VmRSS') };
}

/** All threads of a program run on these processors and on no others. */
export function pin({ pid }, processors) {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', processors, String(pid)]);
  if (status !== 0) throw new Error('`taskset` (Debian: util-linux) does not work');
}

function childrenOf(pid) {
  const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text ? text.split(' ').map(Number) : [];
}

/** The gateways that are here: ours, and those that the environment names. */
export function gateways(weft) {
  return [
    { name: 'weft', program: weft, begin: beginWeft },
    { name: 'before', program: process.env.WEFT_BEFORE, begin: beginWeft },
    { name: 'hive', program: process.env.HIVE_ROUTER, begin: beginHive },
    { name: 'apollo', program: process.env.APOLLO_ROUTER, begin: beginApollo },
  ].filter(({ program }) => program);
}

/** A gateway that answers, and its URL. */
export async function startGateway(gateway, setting) {
  const port = await freePort();
  const { args, env } = gateway.begin({ ...setting, port });
  const child = start(path.resolve(gateway.program), args, { folder: setting.folder, env });
  const url = `http://127.0.0.1:${port}/graphql`;
  await untilAnswers(child, url);
  return { name: gateway.name, child, url };
}

/** The subgraphs as `router.yaml` has them. */
export function subgraphLines({ schemas, urls }) {
  const lines = Object.entries(schemas).flatMap(([name, file]) => [
    `  ${name}:`,
    `    routing_url: ${urls[name]}`,
    `    schema: { file: ${JSON.stringify(file)} }`,
  ]);
  return ['subgraphs:', ...lines];
}

function beginWeft({ folder, urls, schemas, sharing, port, workers, more = [] }) {
  const deduplicate = [
    'deduplicate:',
    `  subgraph_requests: ${sharing !== 'nothing'}`,
    `  client_requests: ${sharing === 'client requests'}`,
  ];
  const config = path.join(folder, `weft ${sharing}.yaml`);
  fs.writeFileSync(config, [...subgraphLines({ schemas, urls }), ...deduplicate, ...more, ''].join('\n'));
  const env = { WEFT_LOG: 'warn', TOKIO_WORKER_THREADS: String(workers) };
  return { args: ['serve', '--config', config, '--port', String(port)], env };
}

function beginHive({ folder, supergraph, sharing, port, workers }) {
  const config = path.join(folder, `hive ${sharing}.yaml`);
  const lines = [
    'supergraph:',
    '  source: file',
    `  path: ${JSON.stringify(supergraph)}`,
    'http:',
    '  host: 127.0.0.1',
    `  port: ${port}`,
    `  workers: ${workers}`,
    'log:',
    '  level: warn',
    'traffic_shaping:',
    '  all:',
    `    dedupe_enabled: ${sharing !== 'nothing'}`,
    '  router:',
    '    dedupe:',
    `      enabled: ${sharing === 'client requests'}`,
    '      headers: none',
    '',
  ];
  fs.writeFileSync(config, lines.join('\n'));
  return { args: [], env: { ROUTER_CONFIG_FILE_PATH: config } };
}

function beginApollo({ folder, supergraph, sharing, port }) {
  const config = path.join(folder, `apollo ${sharing}.yaml`);
  const lines = [
    'supergraph:',
    `  listen: 127.0.0.1:${port}`,
    'health_check: { enabled: false }',
    'traffic_shaping:',
    '  all:',
    `    deduplicate_query: ${sharing !== 'nothing'}`,
    '',
  ];
  fs.writeFileSync(config, lines.join('\n'));
  const env = { APOLLO_TELEMETRY_DISABLED: 'true' };
  return { args: ['--supergraph', supergraph, '--config', config, '--log', 'warn'], env };
}

/** A reverse proxy before one subgraph: what passing bytes on costs. */
export async function startNginx(program, { folder, url, workers }) {
  const port = await freePort();
  const { host } = new URL(url);
  const config = path.join(folder, 'nginx.conf');
  const lines = [
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes ${workers};`,
    'events { worker_connections 1024; }',
    'http {',
    '  access_log off; keepalive_requests 1000000000;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((it) => `  ${it}_temp_path ${folder}/${it};`),
    `  upstream subgraph { server ${host}; keepalive 64; keepalive_requests 1000000000; }`,
    `  server { listen 127.0.0.1:${port} reuseport; location / {`,
    '    proxy_pass http://subgraph; proxy_http_version 1.1; proxy_set_header connection ""; } }',
    '}',
    '',
  ];
  fs.writeFileSync(config, lines.join('\n'));
  const child = start(program, ['-c', config, '-e', 'stderr', '-p', folder], { folder });
  const proxied = `http://127.0.0.1:${port}/graphql`;
  await untilAnswers(child, proxied);
  return { name: 'nginx', child, url: proxied };
}

async function untilAnswers(child, url) {
  const deadline = Date.now() + READY_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await ask(url, '{ __typename }').catch(() => undefined);
    if (answer?.includes('__typename')) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  await stop(child);
  throw new Error(`${child.spawnfile} does not answer`);
}

export async function ask(url, query) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

async function freePort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
