// GraphiQL in a browser that reaches nothing but this machine.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { once } from 'node:events';
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
