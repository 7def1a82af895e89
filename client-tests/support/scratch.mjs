// A folder outside the repository in which tools find what is installed here.

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** A new folder with these `node_modules`; `remove` takes it away. */
export function scratchFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-client-tests-'));
  symlinkSync(MODULES, path.join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
