// Programs that run while answers are compared, and how each kind of router is started.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** How long a program may take until it is ready: a debug build on a busy machine. */
const READY_MS = 120_000;

const running = new Set();
const folders = new Set();

/** A folder that is gone when all is over. */
export function freshFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weft-other-router-'));
  folders.add(folder);
  return folder;
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** What a program has printed once that matches the pattern. */
export async function textOf(child, pattern) {
  watch(child);
  const deadline = Date.now() + READY_MS;
  while (!pattern.test(child.printed)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`${child.spawnfile} is not ready:\n${child.printed}${child.complained}`);
    }
    await pause(50);
  }
  return child.printed;
}

/** Starts a router with a supergraph; by its name it is known how. */
export function startRouter(program, { folder, supergraph, port }) {
  const name = path.basename(program);
  const { args, env } = name.startsWith('weft')
    ? { args: ['serve', '--supergraph', supergraph, '--port', String(port)], env: {} }
    : hive({ folder, supergraph, port });
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env } });
  watch(child);
  child.stop = () => stop(child);
  return child;
}

/** Hive Router reads one file. */
function hive({ folder, supergraph, port }) {
  const config = path.join(folder, 'router.config.yaml');
  fs.writeFileSync(
    config,
    [
      'supergraph:',
      '  source: file',
      `  path: ${JSON.stringify(supergraph)}`,
      'http:',
      '  host: 127.0.0.1',
      `  port: ${port}`,
      '',
    ].join('\n'),
  );
  return { args: [], env: { ROUTER_CONFIG_FILE_PATH: config } };
}

/** Nothing once the router answers; else why it does not. */
export async function untilAnswers(router, url) {
  const deadline = Date.now() + READY_MS;
  let last = 'no answer';
  while (router.exitCode === null && Date.now() < deadline) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query: '{ __typename }' }),
      });
      const text = await response.text();
      if (response.ok && text.includes('"__typename"')) return undefined;
      last = `${response.status} ${text}`;
    } catch (error) {
      last = String(error.cause ?? error);
    }
    await pause(100);
  }
  await stop(router);
  return `${last}\n${router.printed}${router.complained}`.slice(-2000);
}

/** Ends everything that was started here. */
export async function stopAll() {
  await Promise.all([...running].map(stop));
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
}

function watch(child) {
  if (running.has(child)) return;
  running.add(child);
  child.printed = '';
  child.complained = '';
  child.stdout.on('data', (bytes) => (child.printed += bytes));
  child.stderr.on('data', (bytes) => (child.complained += bytes));
}

async function stop(child) {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(killer);
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
