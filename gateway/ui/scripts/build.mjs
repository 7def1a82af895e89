// `npm run build`: makes `dist/`, which is committed.

import { statSync } from 'node:fs';
import path from 'node:path';
import { UI, bundle, filesIn } from './bundle.mjs';

const dist = path.join(UI, 'dist');
await bundle(dist);

const files = filesIn(dist);
const bytes = files.reduce((sum, file) => sum + statSync(path.join(dist, file)).size, 0);
console.log(`dist: ${files.length} files, ${Math.round(bytes / 1000)} kB`);
