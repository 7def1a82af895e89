// Whatever is sent, the server answers in HTTP and in its own words, with a status of the right
// class, and goes on. `HOSTILE_REQUESTS=100000` sends more than what every test run does, and
// `HOSTILE_FIRST=7` begins with another seed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { Incomplete, readAnswers, readFirstAnswer } from './support/http_answer.mjs';
import { Random } from './support/random.mjs';
import { drawRequest } from './support/random_request.mjs';
import { startWeft } from './support/weft.mjs';

const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 10_000);
const FIRST = Number(process.env.HOSTILE_FIRST ?? 0);

/** So many are sent at the same time. */
const SIDE_BY_SIDE = 16;

/** No request here takes long; a server that keeps a connection longer has lost it. */
const PATIENCE_MS = 20_000;

/** What the process may come to need: the caches' limits, and what answers need meanwhile. */
const MEMORY_MAX_KB = 300_000;
const GROWTH_MAX_KB = 30_000;

const FLAGSHIP = '{ user(id: "123") { username orders { total items { product { name price } } } } }';

let weft;
before(async () => {
  weft = await startWeft({ configuration: 'limits: { request_body_bytes_max: 50000, operation_cache_bytes_max: 2000000 }\n' });
});
after(() => weft?.stop());

test(`${REQUESTS} requests of all kinds are answered as they deserve`, async () => {
  const flagship = await ask(FLAGSHIP);
  assert.ok(flagship.data.user.orders.length > 0, JSON.stringify(flagship));
  const half = FIRST + REQUESTS / 2;
  const failures = [...(await sendAll(FIRST, half))];
  const atHalf = memory();
  failures.push(...(await sendAll(half, FIRST + REQUESTS)));
  const atEnd = memory();
  assert.deepEqual(failures.slice(0, 5), [], `${failures.length} of ${REQUESTS} failed`);
  assert.deepEqual(weft.output.lines.filter((line) => line.includes('panic')), []);
  assert.ok(atEnd.peak < MEMORY_MAX_KB, `it has needed ${atEnd.peak} KB`);
  assert.ok(atEnd.now - atHalf.now < GROWTH_MAX_KB, `from ${atHalf.now} to ${atEnd.now} KB`);
  assert.deepEqual(await ask(FLAGSHIP), flagship);
});

/** Each seed's request; gives what is wrong with the answers. */
async function sendAll(from, to) {
  const failures = [];
  let seed = from;
  const sendOn = async () => {
    while (seed < to) {
      const mine = seed++;
      const request = drawRequest(new Random(mine));
      try {
        check(request, await exchange(request));
      } catch (error) {
        const sent = request.bytes.subarray(0, 600).toString('latin1');
        failures.push(`seed ${mine}: ${error.message}\n${sent}`);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, sendOn));
  return failures;
}

/** What comes back until the server closes. Whoever sends something broken does not wait for an
 *  answer to the rest of it: it is over when it is sent. */
async function exchange({ bytes, isBroken }) {
  const { hostname, port } = new URL(weft.url);
  const socket = connect({ host: hostname, port, allowHalfOpen: true });
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => socket.end());
  socket.on('error', () => {});
  let isLate = false;
  socket.setTimeout(PATIENCE_MS, () => {
    isLate = true;
    socket.destroy();
  });
  if (isBroken) socket.end(bytes);
  else socket.write(bytes);
  await new Promise((resolve) => socket.on('close', resolve));
  assert.ok(!isLate, 'the server keeps the connection');
  return Buffer.concat(chunks);
}

function check(request, received) {
  if (request.isBroken) return checkWhatCame(request, received);
  const answers = readAnswers(received, request.method);
  assert.equal(answers.length, 1, `${answers.length} answers, ${received.length} bytes`);
  const [{ status, headers, body, isEmpty }] = answers;
  const right = request.faults.length === 0 ? [200, 304] : request.faults.flat();
  assert.ok(right.includes(status), `${status}, and not one of ${right}: ${body.subarray(0, 300)}`);
  assert.ok(headers.has('x-request-id'), 'no request id');
  if (status === 405) assert.ok(headers.get('allow'), 'no `Allow`');
  if (isEmpty || status === 304) return;
  const type = headers.get('content-type') ?? '';
  if (/json/.test(type)) checkJson(request, status, type, JSON.parse(body));
  else assert.ok(status === 405 || !request.isGraph, `${status} as ${type}`);
}

/** GraphQL over HTTP §6.4: what is told in which media type, with which status. */
function checkJson({ isGraph, faults }, status, type, answer) {
  if (!isGraph) return;
  const codes = (answer.errors ?? []).map((error) => error.extensions?.code);
  assert.ok(codes.every(Boolean), `an error without a code: ${JSON.stringify(answer)}`);
  if (faults.length === 0) {
    assert.ok(answer.data && codes.length === 0, JSON.stringify(answer));
  } else {
    assert.ok(codes.length > 0 && !('data' in answer), JSON.stringify(answer).slice(0, 300));
    assert.ok(status !== 200 || /^application\/json/.test(type), `200 as ${type}`);
  }
}

/** Whoever has sent something broken and left may be answered in part, or not at all; what has come
 *  is HTTP, and tells of no fault of the server. */
function checkWhatCame({ bytes }, received) {
  // Who begins so is answered in HTTP/2.
  if (bytes.subarray(0, 4).equals(Buffer.from('PRI '))) return;
  try {
    const { status } = readFirstAnswer(received, bytes.toString('latin1').split(' ')[0]);
    assert.ok(status < 500, `it is the server's fault: ${status}`);
  } catch (error) {
    if (!(error instanceof Incomplete)) throw error;
    assert.match(received.toString('latin1'), /^(HTTP\/1\.[01] [1-4]|$)/);
  }
}

async function ask(query) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${weft.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  assert.equal(answer.status, 200);
  return answer.json();
}

/** Of the server's process, in KB. */
function memory() {
  const status = readFileSync(`/proc/${weft.pid}/status`, 'utf8');
  const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]);
  return { now: kilobytes('VmRSS'), peak: kilobytes('VmHWM') };
}
