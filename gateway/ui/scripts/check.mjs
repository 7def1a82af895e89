// `npm run check`: builds again elsewhere and compares every byte with the committed `dist/`.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UI, bundle, filesIn } from './bundle.mjs';

const dist = path.join(UI, 'dist');
const fresh = mkdtempSync(path.join(tmpdir(), 'weft-ui-'));
try {
  await bundle(fresh);
  const differing = differences(fresh, dist);
  if (differing.length > 0) {
    console.error('dist is not what the source builds; run "npm run build" and commit dist');
    for (const line of differing) console.error(`  ${line}`);
    process.exitCode = 1;
  } else {
    console.log(`dist is what the source builds: ${filesIn(dist).length} files, byte for byte`);
  }
} finally {
  rmSync(fresh, { recursive: true });
}

function differences(built, committed) {
  const inBuilt = new Set(filesIn(built));
  const inCommitted = new Set(filesIn(committed));
  const differing = [];
  for (const file of new Set([...inBuilt, ...inCommitted])) {
    if (!inCommitted.has(file)) differing.push(`missing: ${file}`);
    else if (!inBuilt.has(file)) differing.push(`left over: ${file}`);
    else if (!equal(path.join(built, file), path.join(committed, file))) {
      differing.push(`different: ${file}`);
    }
  }
  return differing;
}

function equal(one, other) {
  return readFileSync(one).equals(readFileSync(other));
}
