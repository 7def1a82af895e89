// GraphiQL in a browser that reaches nothing but this machine.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { launchBrowser, openPage } from './support/browser.mjs';
import { startWeft } from './support/weft.mjs';

const POLICY = [
  "default-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
];

const FLAGSHIP =
  'query Flagship { user(id: "123") { username email orders { total created_at } } }';

let weft;
let browser;

before(async () => {
  weft = await startWeft();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await weft?.stop();
});

test('the flagship query runs from the first tab, with the outside world cut off', async () => {
  await inPage({}, async ({ page, complaints }) => {
    await page.goto(weft.url);
    await editorReady(page);

    const tabs = await page.getByRole('tab').allInnerTexts();
    assert.deepEqual(tabs, ['Flagship', 'OrderWithProducts', 'NewProduct']);
    const query = words(await queryEditor(page).innerText());
    assert.ok(query.includes(FLAGSHIP), query);

    await execute(page);
    const answer = page.getByRole('region', { name: 'Result' });
    await answer.getByText('johndoe').waitFor();
    await answer.getByText('99.99').waitFor();

    await page.screenshot({ path: path.join(tmpdir(), 'weft-graphiql.png') });
    assert.deepEqual(complaints, []);
  });
});

test('another tab opens with the first click, and its query runs', async () => {
  await inPage({}, async ({ page, complaints }) => {
    await page.goto(weft.url);
    await editorReady(page);

    await page.getByRole('tab', { name: 'OrderWithProducts' }).click();
    await queryEditor(page).locator('.view-line', { hasText: 'query OrderWithProducts' }).waitFor();
    await execute(page);
    const answer = page.getByRole('region', { name: 'Result' });
    await answer.getByText('Laptop').waitFor();
    await answer.getByText('Mouse').waitFor();

    assert.deepEqual(complaints, []);
  });
});

test('the plan of an operation, its reasons and its trace are panels', async () => {
  await inPage({}, async ({ page, complaints }) => {
    await page.goto(weft.url);
    await editorReady(page);
    await page.getByRole('button', { name: 'Show Plan' }).click();
    const plan = page.getByRole('region', { name: 'Plan' });
    await plan.getByText('Run an operation').waitFor();

    await execute(page);
    await plan.getByText('2 requests in 2 steps').waitFor();
    const orders = plan.locator('details', { hasText: 'orders' });
    await orders.locator('summary').click();
    await orders.getByText('about user').waitFor();
    await orders.getByText('after #1').waitFor();
    assert.match(await orders.locator('pre').innerText(), /_entities\(representations: /);
    await plan.getByRole('button', { name: 'Why this plan?' }).click();
    await plan.getByLabel('Reasons').getByText('because').first().waitFor();
    await page.screenshot({ path: path.join(tmpdir(), 'weft-graphiql-plan.png') });

    // What the panels show is not in the way of the answer.
    const answer = await page.getByRole('region', { name: 'Result' }).innerText();
    assert.ok(answer.includes('johndoe') && !answer.includes('extensions'), answer);

    await page.getByRole('button', { name: 'Show Trace' }).click();
    const trace = page.getByRole('region', { name: 'Trace' });
    await trace.getByText('until the last answer').waitFor();
    const runs = await trace.locator('li .weft-service').allInnerTexts();
    assert.deepEqual(runs, ['users', 'orders']);
    await page.screenshot({ path: path.join(tmpdir(), 'weft-graphiql-trace.png') });
    assert.deepEqual(complaints, []);
  });
});

test('an operation is copied as a command that says the same', async () => {
  await inPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page, complaints }) => {
    await page.goto(weft.url);
    await editorReady(page);
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --silent`]);
    assert.equal(JSON.parse(stdout).data.user.username, 'johndoe');
    assert.deepEqual(complaints, []);
  });
});

test('the editor completes the fields of the schema', async () => {
  await inPage({}, async ({ page, complaints }) => {
    await page.goto(weft.url);
    await editorReady(page);
    await schemaLoaded(page);

    await queryEditor(page).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('{ user(id: "123") { userna');
    const suggestion = page.locator('.suggest-widget .monaco-list-row', { hasText: 'username' });
    await suggestion.waitFor();
    await page.keyboard.press('Enter');
    await queryEditor(page).getByText('username').waitFor();

    assert.deepEqual(complaints, []);
  });
});

test('the endpoint itself shows the page to a browser, in the dark too', async () => {
  await inPage({ colorScheme: 'dark' }, async ({ page, complaints }) => {
    await page.goto(`${weft.url}/graphql`);
    await editorReady(page);
    await execute(page);
    await page.getByRole('region', { name: 'Result' }).getByText('johndoe').waitFor();

    await page.screenshot({ path: path.join(tmpdir(), 'weft-graphiql-dark.png') });
    assert.deepEqual(complaints, []);
  });
});

for (const [view, operations, field] of [
  ['web', ['Dashboard', 'ProductPage'], 'memberSince'],
  ['mobile', ['Home', 'OrderDetails', 'ProductCard'], 'quickActions'],
]) {
  test(`the view ${view} has a page of its own, with its operations in tabs`, async () => {
    await inPage({}, async ({ page, complaints }) => {
      await page.goto(`${weft.url}/bff-${view}/graphql`);
      await editorReady(page, operations[0]);
      assert.deepEqual(await page.getByRole('tab').allInnerTexts(), operations);
      assert.equal(await page.title(), `Weft · ${view}`);

      await execute(page);
      const answer = page.getByRole('region', { name: 'Result' });
      await answer.getByText('John Doe').waitFor();
      await answer.getByText(field).first().waitFor();
      assert.deepEqual(complaints, []);
    });
  });
}

test('the subgraphs are a panel: how they are, their schemas, and where each field is', async () => {
  await inPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async ({ page, complaints }) => {
    await page.goto(weft.url);
    await editorReady(page);
    await page.getByRole('button', { name: 'Show Subgraphs' }).click();
    const panel = page.getByRole('region', { name: 'Subgraphs' });
    await panel.getByText('All 3 answer.').waitFor();
    assert.deepEqual(await panel.locator('article .weft-service').allInnerTexts(), ['users', 'orders', 'products']);

    const users = panel.getByRole('article', { name: 'users' });
    await users.getByText('answers since').waitFor();
    // A summary is reached and opened by keys alone.
    await users.getByText('Schema').focus();
    await page.keyboard.press('Enter');
    const user = users.locator('details', { has: page.getByText('type User', { exact: true }) }).last();
    await user.locator('summary').click();
    await user.locator('pre .weft-directive', { hasText: 'key' }).waitFor();
    assert.match(await user.locator('pre').innerText(), /type User @key\(fields: "id"\)/);
    await users.getByRole('button', { name: 'Unfold all' }).click();
    await users.getByRole('button', { name: 'Fold all' }).click();
    await user.locator('pre').waitFor({ state: 'detached' });
    await users.getByRole('button', { name: 'Copy' }).click();
    await users.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(copied.trim(), schemaOf('users').trim());
    await page.screenshot({ path: path.join(tmpdir(), 'weft-graphiql-subgraphs.png') });

    await panel.getByRole('searchbox').fill('User.orders');
    const orders = panel.getByRole('listitem').filter({ hasText: 'User.orders' }).first();
    assert.deepEqual(await orders.locator('.weft-chip').allInnerTexts(), ['orders']);
    await panel.getByRole('searchbox').fill('product');
    await panel.locator('summary', { hasText: 'type Product' }).first().click();
    await panel.getByText('by the key').first().waitFor();
    await panel.getByRole('searchbox').fill('nowhere');
    await panel.getByText('Nothing of the graph is called “nowhere”.').waitFor();
    assert.deepEqual(complaints, []);
  });
});

test('a subgraph that does not answer is told, with what operators know', async () => {
  await inPage({}, async ({ page, complaints }) => {
    const cause = 'cannot be reached: connection refused';
    const down = { name: 'orders', url: 'http://orders:8000/graphql', healthy: false, hasSdl: false };
    const lastFailure = { at: Date.now(), cause };
    const subgraphs = [{ ...down, since: Date.now(), lastFailure }];
    await page.route('**/ui/subgraphs.json', (route) => route.fulfill({ json: { subgraphs } }));
    await page.goto(weft.url);
    await editorReady(page);
    await page.getByRole('button', { name: 'Show Subgraphs' }).click();
    const panel = page.getByRole('region', { name: 'Subgraphs' });
    await panel.getByText('1 subgraph of 1 does not answer: orders.').waitFor();
    await panel.getByText(cause).waitFor();
    await panel.getByText('Its schema was composed elsewhere.').waitFor();
    assert.deepEqual(complaints, []);
  });
});

test('the page of a view says which fields of the graph each of its own reads', async () => {
  await inPage({}, async ({ page, complaints }) => {
    await page.goto(`${weft.url}/bff-mobile/graphql`);
    await editorReady(page, 'Home');
    await page.getByRole('button', { name: 'Show Subgraphs' }).click();
    const panel = page.getByRole('region', { name: 'Subgraphs' });
    await panel.getByText('What the view mobile reads').waitFor();
    await panel.getByRole('searchbox').fill('MobileHome.user');
    const user = panel.getByRole('listitem').filter({ hasText: 'Query.me' });
    assert.deepEqual(await user.locator('.weft-chip').allInnerTexts(), ['orders', 'products', 'users']);
    await user.getByRole('button', { name: 'Query.me' }).click();
    assert.equal(await panel.getByRole('searchbox').inputValue(), 'Query.me');
    await panel.getByText('shared').waitFor();
    assert.deepEqual(complaints, []);
  });
});

test('what a person does in an afternoon, with a schema that breaks and is mended', { timeout: 120_000 }, async () => {
  const followed = await startWeft({ withSchemas: true });
  try {
    await inPage({}, (opened) => anAfternoon(followed, opened));
  } finally {
    await followed.stop();
  }
});

async function anAfternoon({ url, folder }, { page, complaints }) {
  await page.goto(url);
  await editorReady(page);
  await schemaLoaded(page);
  await queryEditor(page).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('{ user(id: "123") { userna');
  await page.locator('.suggest-widget .monaco-list-row', { hasText: 'username' }).waitFor();
  await page.keyboard.press('Enter');
  await queryEditor(page).getByText('username').waitFor();
  await execute(page);
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText('johndoe').waitFor();
  await page.getByRole('button', { name: 'Show Plan' }).click();
  await page.getByRole('region', { name: 'Plan' }).getByText('1 request in 1 step').waitFor();

  await page.goto(`${url}/bff-mobile/graphql`);
  await editorReady(page, 'Home');
  const refused = page.getByRole('region', { name: 'Refused change' });
  const answers = async () => {
    const asked = (response) => response.request().postData()?.includes('query Home');
    const answering = page.waitForResponse(asked);
    await execute(page);
    const { data } = await (await answering).json();
    assert.equal(data.home.user.name, 'John Doe');
  };
  const broken = [
    ['users-schema.graphql', 'username: String!', 'username: Strin!', /INVALID_GRAPHQL[^]*username: Strin!\s[^]*\^\^\^\^\^/],
    ['views/mobile.graphql', 'fields: "me"', 'fields: "myself"', /VIEW_[A-Z_]+[^]*myself[^]*\^/],
    ['router.yaml', 'subgraphs:', 'subgrafs:', /CONFIG_INVALID[^]*router\.yaml:\d+:\d+/],
  ];
  for (const [file, right, wrong, shown] of broken) {
    const full = path.join(folder, 'schema', file);
    const good = readFileSync(full, 'utf8');
    assert.ok(good.includes(right), `${file} has ${right}`);
    writeFileSync(full, good.replace(right, wrong));
    await refused.getByText('The newest change is not in place').waitFor();
    assert.match(await refused.innerText(), shown);
    await answers();
    await page.screenshot({ path: path.join(tmpdir(), 'weft-graphiql-refused.png') });
    await refused.getByRole('button', { name: 'Hide errors' }).click();
    await refused.getByLabel('Errors').waitFor({ state: 'detached' });
    writeFileSync(full, good);
    await refused.waitFor({ state: 'detached' });
  }
  await answers();

  // Another graph is another schema, without a reload of the page.
  const users = path.join(folder, 'schema/users-schema.graphql');
  const renamed = readFileSync(users, 'utf8').replace('type Query {', 'type Query {\n  newcomer: String');
  const introspected = page.waitForResponse((response) => response.request().postData()?.includes('__schema'));
  writeFileSync(users, renamed);
  await introspected;
  assert.deepEqual(complaints, []);
}

test('a configuration that cannot be read is one sentence', async () => {
  await inPage({}, async ({ page }) => {
    await page.route('**/ui/config.json?*', (route) => route.fulfill({ status: 503 }));
    await page.goto(weft.url);
    const alert = page.getByRole('alert');
    await alert.getByText('The gateway answered /ui/config.json with status 503.').waitFor();
  });
});

test('an endpoint that does not answer is one sentence, until it answers again', async () => {
  await inPage({}, async ({ page }) => {
    await page.route('**/graphql', (route) => route.abort('connectionrefused'));
    await page.goto(weft.url);
    const sentence = `The gateway does not answer at ${weft.url}/graphql.`;
    const banner = page.getByRole('alert').filter({ hasText: sentence });
    await banner.waitFor();

    await page.unroute('**/graphql');
    await editorReady(page);
    await execute(page);
    await page.getByRole('region', { name: 'Result' }).getByText('johndoe').waitFor();
    await banner.waitFor({ state: 'detached' });
  });
});

test('the page has a strict policy, and its assets come packed or plain', async () => {
  const page = await get('/', { accept: 'text/html' });
  assert.equal(page.status, 200);
  const policy = page.headers['content-security-policy'].split(';').map((part) => part.trim());
  assert.deepEqual(policy.filter(Boolean).sort(), [...POLICY].sort());

  const html = page.body.toString();
  const assets = [...html.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, asset]) => asset);
  assert.ok(assets.some((asset) => asset.endsWith('.js')), html);
  assert.ok(assets.some((asset) => asset.endsWith('.css')), html);
  for (const asset of assets) {
    const packed = await get(asset, { 'accept-encoding': 'gzip' });
    assert.deepEqual([asset, packed.status], [asset, 200]);
    assert.deepEqual([asset, packed.headers['content-encoding']], [asset, 'gzip']);
    const plain = await get(asset, {});
    assert.deepEqual([asset, plain.headers['content-encoding']], [asset, undefined]);
    assert.ok(gunzipSync(packed.body).equals(plain.body), asset);
  }
});

function schemaOf(subgraph) {
  return readFileSync(new URL(`../schema/${subgraph}-schema.graphql`, import.meta.url), 'utf8');
}

/** Runs `steps` in a page of its own, and closes it whatever happens. */
async function inPage(options, steps) {
  const opened = await openPage(browser, options);
  try {
    await steps(opened);
  } finally {
    await opened.close();
  }
}

function queryEditor(page) {
  return page.getByRole('region', { name: 'Operation Editor' }).locator('.monaco-editor').first();
}

/** GraphiQL is there when Monaco has drawn the first query. */
async function editorReady(page, operation = 'Flagship') {
  await queryEditor(page).locator('.view-line', { hasText: `query ${operation}` }).waitFor();
}

/** The schema is there when the documentation has its root types. */
async function schemaLoaded(page) {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByText('Root Types').waitFor();
}

async function execute(page) {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

/** Monaco writes spaces as no-break spaces, and every line as an element. */
function words(text) {
  return text.replace(/\s+/g, ' ');
}

/** A bare request: `fetch` would unpack the answer and hide its encoding. */
async function get(target, headers) {
  const request = http.get(new URL(target, weft.url), { headers });
  const [response] = await once(request, 'response');
  const { statusCode: status, headers: answered } = response;
  return { status, headers: answered, body: await buffer(response) };
}
