// GraphQL Code Generator: types and documents from the schema of the graph and of each view, for
// the operations of the applications; TypeScript takes them, and what it made goes through the shop.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildClientSchema, parse, printSchema } from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { introspect } from '../support/introspection.mjs';
import { scratchFolder } from '../support/scratch.mjs';
import { ALICE, SCREENS } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

/** What is generated: from which endpoint, for the operations of which folders. */
const TARGETS = [
  {
    name: 'graph',
    endpoint: '/graphql',
    folders: ['client-tests/operations/web', 'client-tests/operations/mobile'],
  },
  { name: 'web', endpoint: '/bff-web/graphql', folders: ['schema/views/web'] },
  { name: 'mobile', endpoint: '/bff-mobile/graphql', folders: ['schema/views/mobile'] },
];

/** A scalar that is not here fails. */
const CONFIG = {
  strictScalars: true,
  scalars: { DateTime: 'string', JSON: 'unknown' },
  importExtension: '.js',
  useTypeImports: true,
};

const root = fileURLToPath(new URL('../..', import.meta.url));

let scratch;
const weft = weftOfFile({}, async () => {
  scratch = scratchFolder();
  for (const target of TARGETS) await generate(target);
  compile();
});
after(() => scratch?.remove());

async function generate({ name, endpoint, folders }) {
  const schemaAst = buildClientSchema(await introspect(`${weft.url}${endpoint}`));
  mkdirSync(path.join(scratch.folder, name));
  const sections = await preset.buildGeneratesSection({
    baseOutputDir: `${path.join(scratch.folder, name)}/`,
    schema: parse(printSchema(schemaAst)),
    schemaAst,
    documents: folders.flatMap(documentsOf),
    config: CONFIG,
    presetConfig: { fragmentMasking: false },
    plugins: [],
    pluginMap: {},
    documentTransforms: [],
  });
  for (const section of sections) writeFileSync(section.filename, await codegen(section));
}

function documentsOf(folder) {
  const files = readdirSync(path.join(root, folder)).filter((file) => file.endsWith('.graphql'));
  return files.map((file) => {
    const location = path.join(root, folder, file);
    const rawSDL = readFileSync(location, 'utf8');
    return { location, rawSDL, document: parse(rawSDL) };
  });
}

/** The applications in `codegen/`, with what was generated for them. */
function compile() {
  cpSync(fileURLToPath(new URL('codegen', import.meta.url)), scratch.folder, { recursive: true });
  writeFileSync(path.join(scratch.folder, 'package.json'), '{ "type": "module" }');
  const compiler = path.join(scratch.folder, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler], {
    cwd: scratch.folder,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
}

function compiled(name) {
  return import(pathToFileURL(path.join(scratch.folder, 'compiled', `${name}.js`)).href);
}

function clientOf(endpoint) {
  return new GraphQLClient(`${weft.url}${endpoint}`, { headers: ALICE });
}

for (const { name, path: endpoint, document, variables, shows, expected } of SCREENS) {
  test(name, async () => {
    const screens = await compiled(TARGETS.find((target) => target.endpoint === endpoint).name);
    const ask = screens[/query (\w+)/.exec(document)[1]];
    assert.deepEqual(shows(await ask(clientOf(endpoint), variables)), expected);
  });
}

test('the documents of the applications over the graph', async () => {
  const { totals, created } = await compiled('graph');
  const client = clientOf('/graphql');
  assert.deepEqual(await totals(client, 'user_123'), [1059.97, 1057, 149.99, 99.99]);
  assert.equal(await created(client), 'Monitor');
});
