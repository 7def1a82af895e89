// HTTP requests from seeds, some as they should be, most with something wrong about them, and what
// can become of each.
//
// What is wrong is known, because each part is drawn together with the statuses that it may cost.
// Where several things are wrong any of their statuses is right: which one is seen first is not
// written down anywhere. What is wrong with the framing, or with single bytes, may cost any 4xx,
// or the connection.

/** A document and its variables, which the graph and both views know. */
const QUERIES = ['{ __typename }', 'query Q { a: __typename b: __typename }', '{ __schema { queryType { name } } }'];

/** Each is refused as a request error: 400, but 200 for those who read plain JSON. */
const BAD_DOCUMENTS = [
  '', '{', '}', '{ nothing }', '{ __typename', 'query A { __typename } query B { __typename }', 'fragment F on Query { __typename }',
  'query($a: Int!) { __typename }', 'query($a: Nothing) { __typename }', 'subscription { nothing }', '{ a }'.repeat(2000),
  `{ ${'a { '.repeat(500)}${'} '.repeat(500)} }`, '{ ...F } fragment F on Query { ...F }', '{ __typename @nothing }',
  '"""', '{ user(id: "\\ud800") { id } }', '\u0000', '{ __typename }\u{1f600}',
];

/** None of them is a request: 400. */
const BAD_BODIES = [
  '', ' ', 'null', 'true', '7', '"{ __typename }"', '{', '{}', '{"query":null}', '{"query":7}', '{"query":["a"]}', '[]', '[{}]',
  '[{"query":"{ __typename }"}]', '{"query":"{ __typename }","variables":[]}', '{"query":"{ __typename }","variables":"{}"}',
  '{"query":"{ __typename }","operationName":7}', '{"query":"{ __typename }"}}', '{"query":"{ __typename }",}',
  "{'query':'{ __typename }'}", '{"query":"\\ud800"', '{"query":"a","query":"b"}', '\ufeff{"query":"{ __typename }"}',
  '['.repeat(20_000), '{"query":'.repeat(1000), '{"variables":{"a":1e99999},"query":"{',
  '{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1}}}',
];

const GRAPHS = ['/graphql', '/graphql', '/graphql', '/', '/bff-web/graphql', '/bff-mobile/graphql'];

const SAFE_HEADERS = [
  ['x-request-id', 'abc-123'], ['x-request-id', '\u00e9\u00e8'], ['x-request-id', 'x'.repeat(500)], ['x-correlation-id', 'c1'],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'], ['traceparent', 'ff-0-0-0'], ['tracestate', '=,=,='],
  ['accept-encoding', 'gzip'], ['accept-encoding', 'br;q=0, gzip'], ['accept-encoding', 'nonsense;q=7'], ['if-none-match', '*'.repeat(9)],
  ['if-none-match', '"a", W/"b"'], ['origin', 'https://evil.example'], ['cookie', 'a='.repeat(900)], ['x-user-id', '1'],
  ['authorization', 'Bearer x.y.z'], ['weft-plan', 'text'], ['range', 'bytes=0-1'], ['user-agent', ''], ['x-\u007e', 'a'],
  ['x-forwarded-for', '::1, 1.2.3.4'], ['apollographql-client-name', '"><script>'],
];

/** Draws a request: `bytes` to send, and what may come of it. */
export function drawRequest(random) {
  const request = new Drawing(random);
  if (random.percent(80)) request.ofGraph();
  else request.ofSomethingElse();
  request.otherHeaders();
  return request.finished();
}

class Drawing {
  method = 'GET';
  target = '/';
  headers = [['host', 'localhost']];
  body;
  /** Statuses that what is wrong may cost. */
  faults = [];
  /** Whether nobody can say where it ends, or what it was. */
  isBroken = false;
  isGraph = false;

  constructor(random) {
    this.random = random;
  }

  /** One of `good`, or for so many of a hundred one of `bad`, which costs one of these statuses. */
  #oneOf(good, bad, chance, statuses) {
    if (!this.random.percent(chance)) return this.random.pick(good);
    this.faults.push(statuses);
    return this.random.pick(bad);
  }

  ofGraph() {
    const { random } = this;
    this.isGraph = true;
    this.target = random.pick(GRAPHS);
    this.method = this.#oneOf(['POST', 'POST', 'GET', 'HEAD'], ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'BREW'], 6, [405]);
    const accepts = [undefined, '*/*', 'application/json', 'application/graphql-response+json', 'application/json;q=0.5, */*;q=0.1'];
    const accept = this.#oneOf(accepts, ['image/png', 'application/json;q=0', 'a/b;q=\u00e9', ';;;', 'text/csv, x/y'], 6, [406]);
    if (accept !== undefined) this.headers.push(['accept', accept]);
    if (this.method === 'GET' || this.method === 'HEAD') this.#inTheAddress();
    else this.#inTheBody();
  }

  #inTheAddress() {
    const { random } = this;
    // Else a page of another site could have made a browser send it.
    if (!this.#isLost(85, [400])) this.headers.push(['graphql-require-preflight', '1']);
    const parameters = [['query', this.#document()]];
    if (random.percent(30)) parameters.push(['variables', this.#oneOf(['{}', 'null', '{"a":1}'], ['[', '7', '{"a":'], 30, [400])]);
    if (random.percent(10)) parameters.push(['extensions', this.#oneOf(['{}', '{"a":{}}'], ['[]]', 'x'], 30, [400])]);
    if (random.percent(10)) parameters.push(['operationName', '']);
    if (random.percent(10)) parameters.push(['something', 'else']);
    if (this.#isLost(95, [400])) parameters.push(['query', '{ a }']);
    this.target += `?${parameters.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  }

  #inTheBody() {
    const types = ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON'];
    const others = [undefined, 'text/plain', 'application/graphql', 'application/json; charset=utf-16', 'multipart/form-data; boundary=a', ''];
    const type = this.#oneOf(types, others, 8, [415]);
    if (type !== undefined) this.headers.push(['content-type', type]);
    if (this.#isLost(75, [400])) {
      this.body = Buffer.from(this.random.pick(BAD_BODIES));
    } else if (this.#isLost(98, [413])) {
      this.body = Buffer.alloc(60_000, ' ');
    } else if (this.#isLost(97, [400])) {
      this.body = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    } else {
      const variables = this.random.pick([undefined, null, {}, { a: [1, { b: 'c' }] }]);
      this.body = Buffer.from(JSON.stringify({ query: this.#document(), variables, more: 'x'.repeat(this.random.below(99)) }));
    }
  }

  /** A document; a bad one is 200 for those who read plain JSON, who have to look into it. */
  #document() {
    if (this.random.percent(70)) return this.random.pick(QUERIES);
    this.faults.push([400, 200]);
    return this.random.pick(BAD_DOCUMENTS);
  }

  /** Whether a part is to be wrong or left out, in all but so many of a hundred. */
  #isLost(chance, statuses) {
    if (this.random.percent(chance)) return false;
    this.faults.push(statuses);
    return true;
  }

  ofSomethingElse() {
    const found = ['/health', '/health/live', '/health/ready', '/ready', '/ui/config.json'];
    const nowhere = ['/nothing', '/graphql/', '/graphql/../health', '/%', '/%zz', '/ui/../../etc/passwd', '/ui/%2e%2e/x', `/${'a/'.repeat(3000)}`,
      '/graphql%00', '//graphql', '/bff-web', '/bff-mobile/home/x', '/_entities', '/.env', '/ui/', '/\u007e'];
    this.target = this.#oneOf(found, nowhere, 60, [404, 405]);
    this.method = this.#oneOf(['GET', 'HEAD'], ['POST', 'PUT', 'BREW', 'OPTIONS'], 20, [404, 405]);
  }

  otherHeaders() {
    const { random } = this;
    while (random.percent(50)) {
      const [name, value] = random.pick(SAFE_HEADERS);
      if (!this.headers.some(([other]) => other === name)) this.headers.push([name, value]);
    }
    if (random.percent(2)) for (let index = 0; index < 60; index += 1) this.headers.push([`x-${index}`, 'y'.repeat(random.below(40))]);
  }

  finished() {
    const { random } = this;
    const body = this.body ?? Buffer.alloc(0);
    const isChunked = this.body && random.percent(25);
    if (isChunked) this.headers.push(['transfer-encoding', 'chunked']);
    else if (this.body) this.headers.push(['content-length', String(body.length)]);
    this.headers.push(['connection', 'close']);
    let lines = [`${this.method} ${this.target} HTTP/1.1`, ...this.headers.map(([name, value]) => `${name}: ${value}`)];
    if (random.percent(8)) lines = this.#brokenHead(lines);
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, random.percent(90) ? 'utf8' : 'latin1');
    let bytes = Buffer.concat([head, isChunked ? chunked(body, random) : body]);
    if (random.percent(8)) bytes = this.#edited(bytes);
    const { isBroken, isGraph, method, target } = this;
    return { bytes, isBroken, isGraph, method, target, faults: this.faults };
  }

  #brokenHead(lines) {
    const { random } = this;
    this.isBroken = true;
    const [first, ...rest] = lines;
    switch (random.below(10)) {
      case 0: return [first.replace('HTTP/1.1', random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'http/1.1', ''])), ...rest];
      case 1: return [first, ...rest, `content-length: ${random.pick(['-1', '7', '99999999999999999999', '0x10', '1, 2', ''])}`];
      case 2: return [first, ...rest, `transfer-encoding: ${random.pick(['chunked, chunked', 'gzip', 'identity', ' chunked ', 'x'])}`];
      case 3: return [first, ...rest, `content-encoding: ${random.pick(['gzip', 'br', 'zstd', 'nonsense'])}`];
      case 4: return [first, ...rest, random.pick([' folded: line', 'no colon', ': no name', 'a b: c', 'a\u0000: b', 'a: b\rc', 'x: \u0007'])];
      case 5: return [first, ...rest, `x: ${'y'.repeat(600_000)}`];
      case 6: return [first, ...Array.from({ length: 300 }, (_, index) => `h${index}: 1`), ...rest];
      case 7: return [first, ...rest, 'expect: 100-continue'];
      case 8: return [first, ...rest, random.pick(['upgrade: websocket', 'connection: upgrade', 'connection: keep-alive', 'host: other', 'te: trailers'])];
      default: return [`${random.pick(['CONNECT', 'PRI', '', 'G T', '\u00e9'])} ${random.pick(['*', 'http://other/graphql', '', 'graphql', '/ /'])} HTTP/1.1`, ...rest];
    }
  }

  /** Some bytes changed, taken out, put in, or the rest left out. */
  #edited(bytes) {
    const { random } = this;
    this.isBroken = true;
    let edited = Buffer.from(bytes);
    for (let count = 1 + random.below(4); count > 0; count -= 1) {
      const at = random.below(Math.min(edited.length, 2000));
      const [before, after] = [edited.subarray(0, at), edited.subarray(at)];
      switch (random.below(4)) {
        case 0: edited = Buffer.concat([before, Buffer.from([random.below(256)]), after.subarray(1)]); break;
        case 1: edited = Buffer.concat([before, after.subarray(1 + random.below(20))]); break;
        case 2: edited = Buffer.concat([before, Buffer.from(random.pick(['\r\n', '\n', '\r\n\r\n', '\0', ':', ' ', '{', 'GET / HTTP/1.1\r\n\r\n'])), after]); break;
        default: edited = Buffer.from(before);
      }
      if (edited.length === 0) break;
    }
    return edited;
  }
}

/** The body in pieces. */
function chunked(body, random) {
  const pieces = [];
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + 1 + random.below(body.length));
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}
