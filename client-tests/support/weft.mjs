// The real binary, started as a person starts it, on a free port; it is ready when it says so.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** How long a start or a stop may take before it counts as failed. */
const PATIENCE_MS = 60_000;

const SCHEMAS = fileURLToPath(new URL('../../schema', import.meta.url));

/** One gateway for all tests of a file: started before the first, stopped after the last. It has a
 *  `url` from then on, also for `prepare`, which is done before the first test, too. */
export function weftOfFile(options, prepare) {
  const weft = { url: undefined };
  let stop;
  before(async () => {
    ({ url: weft.url, stop } = await startWeft(options));
    await prepare?.();
  });
  after(() => stop?.());
  return weft;
}

/** Starts the gateway with the built-in shop; resolves to its `url`, the `folder` it runs in, its
 *  `output`, its process' `pid` and a `stop` function. `withSchemas` copies the schemas of the repository there, and it follows them;
 *  `configuration` is added to theirs. */
export async function startWeft({ configuration = '', withSchemas = configuration !== '' } = {}) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'weft-client-tests-'));
  if (withSchemas) {
    const folder = path.join(dataDir, 'schema');
    cpSync(SCHEMAS, folder, { recursive: true });
    appendFileSync(path.join(folder, 'router.yaml'), configuration);
  }
  return startDev(dataDir, ['--data-dir', dataDir]);
}

/** Starts `weft dev` in a folder, which goes when it is stopped; as `startWeft`. */
export function startDev(folder, args = []) {
  const announced = /GraphiQL\s+(http:\/\/localhost:\d+)/;
  return startProgram(binary(), ['dev', '--port', '0', ...args], { folder, announced });
}

/** Starts `weft serve` with a configuration; as `startWeft`. */
export function startGateway(configuration) {
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-client-tests-'));
  writeFileSync(path.join(folder, 'router.yaml'), configuration);
  const args = ['serve', '--config', 'router.yaml', '--port', '0', '--host', '127.0.0.1'];
  const announced = /serving (http:\/\/[^/]+)\/graphql/;
  return startProgram(binary(), args, { folder, announced });
}

/** Starts an example program of the subgraphs' crate, which the build puts beside the binary. */
export function startExample(name) {
  const file = path.join(path.dirname(binary()), 'examples', name);
  if (!existsSync(file)) {
    throw new Error(`there is no ${file}: run "cargo build -p subgraph-server --example ${name}"`);
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-client-tests-'));
  const announced = /url="(http:\/\/[^"]+)"/;
  return startProgram(file, ['serve', '--listen', '127.0.0.1:0'], { folder, announced });
}

/** Starts a program in a folder of its own, which goes when it is stopped; it is ready when it has
 *  said its URL. */
async function startProgram(file, args, { folder, announced }) {
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test run that is cut short leaves no program behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const exited = once(child, 'exit').catch((error) => [error.message, null]);
  const output = new Output(child);
  try {
    const url = await announcedUrl(child, exited, announced, output);
    return { url, folder, output, pid: child.pid, stop: () => stop(child, exited, folder) };
  } catch (error) {
    await stop(child, exited, folder);
    throw error;
  }
}

/** `WEFT_BIN`, or whichever of the two builds is the newer. */
export function binary() {
  if (process.env.WEFT_BIN) return path.resolve(process.env.WEFT_BIN);
  const builds = ['debug', 'release']
    .map((profile) => fileURLToPath(new URL(`../../target/${profile}/weft`, import.meta.url)))
    .map((file) => ({ file, stat: statSync(file, { throwIfNoEntry: false }) }))
    .filter(({ stat }) => stat)
    .sort((one, other) => other.stat.mtimeMs - one.stat.mtimeMs);
  if (builds.length === 0) {
    throw new Error('there is no weft binary: run "cargo build", or set WEFT_BIN to its path');
  }
  return builds[0].file;
}

/** What a program says, line by line. It is read to the end: a full pipe would stop the program. */
class Output {
  lines = [];
  #waiting = new Set();

  constructor({ stdout, stderr }) {
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(stripVTControlCharacters(line));
        for (const look of this.#waiting) look();
      });
    }
  }

  /** What `find` finds in the lines, once it finds something. */
  async until(find) {
    let look;
    const found = new Promise((resolve) => {
      look = () => {
        const it = find(this.lines);
        if (it) resolve(it);
      };
    });
    this.#waiting.add(look);
    look();
    const late = () => `it did not say what it should:\n${this.lines.join('\n')}`;
    return within(found, late).finally(() => this.#waiting.delete(look));
  }
}

async function announcedUrl(child, exited, announced, output) {
  const ended = exited.then(([code, signal]) => {
    const said = output.lines.join('\n');
    throw new Error(`it ended before it was ready (${code ?? signal}):\n${said}`);
  });
  const urlIn = (lines) => lines.map((line) => announced.exec(line)?.[1]).find(Boolean);
  return Promise.race([output.until(urlIn), ended]);
}

async function stop(child, exited, dataDir) {
  child.kill('SIGTERM');
  try {
    await within(exited, () => 'it did not stop after SIGTERM');
  } finally {
    child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function within(promise, message) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message())), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
