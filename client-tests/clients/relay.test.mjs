// Relay: its compiler takes our schemas and the components in `relay/`, its runtime goes through
// the screens of the shop with what was compiled.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildClientSchema, printSchema } from 'graphql';
import compiler from 'relay-compiler';
import runtime from 'relay-runtime';
import { introspect } from '../support/introspection.mjs';
import { recordingFetch } from '../support/recording_fetch.mjs';
import { scratchFolder } from '../support/scratch.mjs';
import { ALICE, SCREENS } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

const { Environment, Network, Observable, RecordSource, Store } = runtime;

const ENDPOINTS = { graph: '/graphql', web: '/bff-web/graphql', mobile: '/bff-mobile/graphql' };

let scratch;
const weft = weftOfFile({}, async () => {
  scratch = scratchFolder();
  await compile();
});
after(() => scratch?.remove());

/** Compiles the components of each endpoint against the schema that it tells. */
async function compile() {
  const { folder } = scratch;
  cpSync(fileURLToPath(new URL('relay', import.meta.url)), folder, { recursive: true });
  const projects = {};
  for (const [name, endpoint] of Object.entries(ENDPOINTS)) {
    const schema = `${name}.graphql`;
    const told = await introspect(`${weft.url}${endpoint}`);
    writeFileSync(path.join(folder, schema), printSchema(buildClientSchema(told)));
    projects[name] = { schema, language: 'javascript' };
  }
  const sources = Object.fromEntries(Object.keys(ENDPOINTS).map((name) => [name, name]));
  const config = path.join(folder, 'relay.config.json');
  writeFileSync(config, JSON.stringify({ sources, projects }));
  const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  execFileSync(compiler, [config], options);
}

/** What the compiler made of an operation or a fragment. */
function compiled(project, name) {
  const require = createRequire(path.join(scratch.folder, 'compiled.cjs'));
  return require(`./${project}/__generated__/${name}.graphql.js`);
}

/** An environment as applications make it; `exchanges` is what it asked. */
function environmentOf(path) {
  const { fetch, exchanges } = recordingFetch();
  const ask = async ({ text }, variables) => {
    const response = await fetch(`${weft.url}${path}`, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        'content-type': 'application/json',
        ...ALICE,
      },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  };
  const environment = new Environment({
    network: Network.create((request, variables) => Observable.from(ask(request, variables))),
    store: new Store(new RecordSource()),
    // Ids are those of a type: an order and a product can have the same.
    getDataID: ({ id }, type) => id && `${type}:${id}`,
  });
  return { environment, exchanges };
}

for (const { name, path, document, variables, shows, expected } of SCREENS) {
  test(name, async () => {
    const project = Object.keys(ENDPOINTS).find((one) => ENDPOINTS[one] === path);
    const query = compiled(project, `${/query (\w+)/.exec(document)[1]}Query`);
    const { environment, exchanges } = environmentOf(path);
    const data = await runtime.fetchQuery(environment, query, variables).toPromise();
    assert.deepEqual(shows(data), expected);
    const stored = { fetchPolicy: 'store-or-network' };
    const again = await runtime.fetchQuery(environment, query, variables, stored).toPromise();
    assert.deepEqual(shows(again), expected);
    assert.equal(exchanges.length, 1);
  });
}

test('what a mutation answers is seen by whoever shows it, without another request', async () => {
  const { environment, exchanges } = environmentOf('/graphql');
  const query = compiled('graph', 'ProductPriceQuery');
  const variables = { id: '2' };
  const { product } = await runtime.fetchQuery(environment, query, variables).toPromise();
  const fragment = runtime.getFragment(compiled('graph', 'ProductPrice_product'));
  const selector = runtime.getSingularSelector(fragment, product);
  const seen = [];
  const shown = environment.lookup(selector);
  const subscription = environment.subscribe(shown, ({ data }) => seen.push(data));
  await new Promise((resolve, reject) => {
    runtime.commitMutation(environment, {
      mutation: compiled('graph', 'ProductPriceMutation'),
      variables: { id: '2', price: 24.5 },
      onCompleted: (_answer, errors) => (errors ? reject(errors) : resolve()),
      onError: reject,
    });
  });
  subscription.dispose();
  assert.deepEqual([shown.data, ...seen], [
    { name: 'Mouse', price: 29.99 },
    { name: 'Mouse', price: 24.5 },
  ]);
  assert.equal(exchanges.length, 2);
});
