// Makes the folder the gateway embeds: bundles, writes the notices, compresses every file but the
// page itself, which is small.

import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzip } from 'pako';
import { build } from 'vite';
import { notePackages, noticesText } from './notices.mjs';

export const UI = fileURLToPath(new URL('..', import.meta.url));

/** Builds into `folder`, which is emptied first. */
export async function bundle(folder) {
  const packages = new Set();
  await build({
    root: UI,
    logLevel: 'warn',
    plugins: [notePackages(packages)],
    worker: { plugins: () => [notePackages(packages)] },
    build: { outDir: folder, emptyOutDir: true },
  });
  writeFileSync(path.join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesText(packages));
  for (const file of filesIn(folder)) {
    if (file !== 'index.html') compress(path.join(folder, file));
  }
}

/** Every file below `folder`, as sorted paths relative to it. */
export function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => statSync(path.join(folder, file)).isFile())
    .sort();
}

/** The same bytes on every machine: no time, no name, and a compressor written in JavaScript,
 *  because zlib's output depends on its version and on the processor. */
function compress(file) {
  writeFileSync(`${file}.gz`, gzip(readFileSync(file), { level: 9, memLevel: 9 }));
  rmSync(file);
}
