// The audit that the working group's reference implementation brings for servers, whole: of the
// graph and of the views.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { weftOfFile } from './support/weft.mjs';

/** How many audits there are. */
const AUDITS = 61;

/** What a page of another site could make a browser ask is refused, so these optional ones are. */
const SIMPLE_REQUESTS = [
  'MAY accept application/x-www-form-urlencoded formatted GET requests',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
];

const weft = weftOfFile();

for (const path of ['/graphql', '/bff-web/graphql', '/bff-mobile/graphql']) {
  test(`every audit of ${path} is ok`, async () => {
    const results = await audit(path, withPreflight);
    assert.deepEqual(results.filter(({ status }) => status !== 'ok').map(told), []);
    assert.equal(results.length, AUDITS);
  });

  test(`without a header that asks for a preflight, ${path} refuses GET and nothing else`, async () => {
    const results = await audit(path, fetch);
    const refused = results.filter(({ status }) => status !== 'ok');
    assert.deepEqual(refused.map(({ name }) => name), SIMPLE_REQUESTS, refused.map(told).join('\n'));
    for (const { response } of refused) {
      assert.equal((await response.json()).errors[0].extensions.code, 'CSRF_ERROR');
    }
    assert.equal(results.length, AUDITS);
  });
}

/** One audit after the other: some of them leave their answer unread. */
async function audit(path, fetchFn) {
  const results = [];
  for (const { fn } of serverAudits({ url: `${weft.url}${path}`, fetchFn })) results.push(await fn());
  return results;
}

function withPreflight(url, options) {
  return fetch(url, { ...options, headers: { ...options?.headers, 'graphql-require-preflight': '1' } });
}

function told({ id, name, status, reason, response }) {
  return `${id} ${status}: ${name}: ${reason} (${response?.status})`;
}
