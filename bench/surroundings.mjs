// What every measurement has around it: a folder for what it writes, and promises at its end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new one, which is gone when the process is. */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Each with what was seen; a broken one is the exit code. */
export function tellPromises(promises) {
  console.log('\npromises');
  for (const promise of promises) tellPromise(promise);
}

export function tellPromise({ text, holds, seen }) {
  console.log(`  ${holds ? '✔' : '✘'}  ${text}: ${seen}`);
  if (!holds) process.exitCode = 1;
}
