// Requests in the form that Apollo Kotlin and Apollo iOS give them, old releases among them; each is
// a file of `wire/`. Both say with every query that they would read several parts; a plain one gets
// one JSON answer all the same.

import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { SCREENS } from '../support/screens.mjs';
import { weftOfFile } from '../support/weft.mjs';

const WIRE = new URL('wire/', import.meta.url);
const NEW = 'application/graphql-response+json; charset=utf-8';
const OLD = 'application/json; charset=utf-8';

const UNPACK = { gzip: gunzipSync, br: brotliDecompressSync, deflate: inflateSync };

const weft = weftOfFile();

/** What each request is answered: status, type, and what there is to see. */
const ANSWERS = {
  'ios_1_home_by_get.http': [200, NEW, sees("the phone's home")],
  'ios_1_order_details.http': [200, NEW, sees("the phone's details of an order")],
  'kotlin_3_home.http': [200, OLD, sees("the phone's home")],
  'kotlin_3_invalid.http': [200, OLD, isInvalid],
  'kotlin_4_home.http': [200, NEW, sees("the phone's home")],
  'kotlin_4_home_by_get.http': [200, NEW, sees("the phone's home")],
  'kotlin_4_invalid.http': [400, NEW, isInvalid],
  'kotlin_4_update_product.http': [200, NEW, isUpdated],
};

test('every request has its answer', () => {
  assert.deepEqual(readdirSync(WIRE).sort(), Object.keys(ANSWERS));
});

for (const [name, [status, type, check]] of Object.entries(ANSWERS)) {
  test(name, async () => {
    const answer = await replay(readFileSync(new URL(name, WIRE), 'utf8'));
    assert.deepEqual([answer.status, answer.type], [status, type]);
    check(JSON.parse(answer.text));
  });
}

function sees(screen) {
  const { shows, expected } = SCREENS.find(({ name }) => name === screen);
  return ({ data, ...rest }) => {
    assert.deepEqual(rest, {});
    assert.deepEqual(shows(data), expected);
  };
}

function isInvalid({ errors, ...rest }) {
  assert.deepEqual(rest, {});
  assert.deepEqual(errors.map(({ extensions }) => extensions.code), ['GRAPHQL_VALIDATION_FAILED']);
}

function isUpdated(answer) {
  const product = { id: '2', stock: 49, version: 2 };
  assert.deepEqual(answer, { data: { updateProduct: { product } } });
}

/** Sends a request as its file has it: the first line, headers, and after an empty line the body. */
async function replay(text) {
  const [head, body] = text.trimEnd().split('\n\n');
  const [first, ...lines] = head.split('\n');
  const [method, target] = first.split(' ');
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/, 2)));
  const request = http.request(new URL(target, weft.url), { method, headers });
  request.end(body);
  const [response] = await once(request, 'response');
  const { 'content-type': type, 'content-encoding': encoding } = response.headers;
  const packed = await buffer(response);
  const unpacked = encoding ? UNPACK[encoding](packed) : packed;
  return { status: response.statusCode, type, text: unpacked.toString() };
}
