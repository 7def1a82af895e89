// Reads what a server sends, by RFC 9112 and with no mercy: it is the server that is tested here.

import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** What has come is the beginning of an answer. */
export class Incomplete extends Error {}

const STATUS_LINE = /^HTTP\/1\.[01] ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;

/** All answers in these bytes, the interim ones left out; throws where they are not HTTP. */
export function readAnswers(bytes, firstMethod) {
  const answers = [];
  let [rest, method] = [bytes, firstMethod];
  while (rest.length > 0) {
    const { answer, after } = readAnswer(rest, method);
    rest = after;
    if (answer.status >= 200) {
      answers.push(answer);
      method = undefined;
    }
  }
  return answers;
}

/** The first of them. */
export function readFirstAnswer(bytes, method) {
  const { answer, after } = readAnswer(bytes, method);
  return answer.status >= 200 ? answer : readFirstAnswer(after, method);
}

function readAnswer(bytes, method) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Incomplete('a head without an end');
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  if (!status) throw new Error(`no status line: ${first}`);
  const headers = new Map();
  for (const line of lines) {
    const header = HEADER.exec(line);
    if (!header) throw new Error(`no header: ${line}`);
    headers.set(header[1].toLowerCase(), header[2]);
  }
  const isEmpty = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const rest = bytes.subarray(end + 4);
  const { body, after } = isEmpty ? { body: Buffer.alloc(0), after: rest } : readBody(headers, rest);
  return { answer: { status, headers, body: decoded(headers, body), isEmpty }, after };
}

function readBody(headers, bytes) {
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(bytes);
  const length = headers.get('content-length');
  if (!/^[0-9]+$/.test(length ?? '')) throw new Error(`no length: ${length}`);
  if (bytes.length < Number(length)) throw new Incomplete(`${bytes.length} bytes of ${length}`);
  return { body: bytes.subarray(0, Number(length)), after: bytes.subarray(Number(length)) };
}

function readChunks(bytes) {
  const chunks = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) throw new Incomplete('a chunk without a size');
    const size = bytes.subarray(at, end).toString('latin1');
    if (!/^[0-9A-Fa-f]+$/.test(size)) throw new Error(`no chunk's size: ${size}`);
    const length = Number.parseInt(size, 16);
    const after = end + 2 + length;
    if (bytes.length < after + 2) throw new Incomplete('half a chunk');
    if (bytes.subarray(after, after + 2).toString('latin1') !== '\r\n') throw new Error('a chunk without an end');
    if (length === 0) return { body: Buffer.concat(chunks), after: bytes.subarray(after + 2) };
    chunks.push(bytes.subarray(end + 2, after));
    at = after + 2;
  }
}

function decoded(headers, body) {
  if (body.length === 0) return body;
  switch (headers.get('content-encoding')) {
    case undefined: return body;
    case 'gzip': return gunzipSync(body);
    case 'br': return brotliDecompressSync(body);
    default: throw new Error(`no coding: ${headers.get('content-encoding')}`);
  }
}
