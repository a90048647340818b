/** Attacks through the query API: SQL in every parameter, parameters nobody knows, ranges and limits, pages of other origins. */
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { LIMITS } from '#limits';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { assertServes, assertUnharmed, spansThere } from '#harness/aftermath';
import { ask, askWell, balancedAccounting, exportOf, type Json, type Reply, sendWell, spanOf } from '#harness/exchange';

let server: TestServer;
let key = '';
let token = '';
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
after(() => agent.destroy());
const mine = spanOf({ colour: 'green' }, { name: 'my operation' });
const MINE = String(mine['traceId']);

before(async () => {
  server = await startServer();
  const elsewhere = ['--tenant', 'elsewhere'];
  [key, token] = [await addProducer(server.data, 'shop'), await createToken(server.data, 'admin')];
  await sendWell(server, key, exportOf([mine], 'my-service'));
  await sendWell(server, await addProducer(server.data, 'bank', ['*'], elsewhere), exportOf([spanOf({ word: 'tenant-secret' }, { name: 'their operation' })], 'their-service'));
});

const PAYLOADS = [
  "' OR 1=1 --", "' OR '1'='1", "\\' OR 1=1 --", "') OR 1=1 /*", "my-service' UNION ALL SELECT * FROM tracekeep.spans --", "'; DROP TABLE tracekeep.spans; --", "'; SELECT sleep(3); --", "' AND sleep(3) AND '", '" OR ""="', '` OR 1', '{tenant:String}', "{service:String} OR 1=1",
  '${7*7}', '$(id)', '%27%20OR%201=1--', "' UNION SELECT name FROM system.tables --", "', tenant) OR 1=1 --", "x' INTO OUTFILE '/tmp/x", "' FORMAT Null", "file('/etc/passwd')", "url('http://127.0.0.1:1/')", '\u0000', "a\u0000' OR 1=1", '../../etc/passwd', '*', '%', '_', '(?i).*', '.*', '[', '(a+)+$', '\\',
  "0) OR 1=1 --", '1 OR 1=1', '1; DROP TABLE spans', '1e309', '-1', '0x10', 'NaN', 'null', '[]', '{"$gt":""}', '{"colour":"x\' OR 1=1 --"}', '9'.repeat(400), 'x'.repeat(5_000),
];
/** Of parameters that are numbers or words of a list, the schema takes nothing else: some of each sort show it. */
const STRICT = PAYLOADS.filter((payload, at) => at % 12 === 0 || /^[0-9]|^-|^NaN$|^null$/.test(payload));
const isStrict = (schema: { readonly type?: string; readonly enum?: readonly string[] } = {}): boolean => schema.type === 'integer' || schema.enum !== undefined;
const RANGE = `start=${Date.now() - 3_600_000}`;
/** What a question must say to reach the tables, by how its path begins. */
const NEEDED: readonly (readonly [string, readonly string[]])[] = [
  ['/api/v1/search', [RANGE]],
  ['/api/v3/trace', [`query.startTimeMin=${new Date(Date.now() - 3_600_000).toISOString()}`, `query.startTimeMax=${new Date(Date.now() + 60_000).toISOString()}`]],
  ['/api/traces', ['service=my-service']],
];
/** Of a parameter with two spellings one is said. */
const nameOf = (form: string): string => (form.split('=')[0] ?? '').replaceAll('_', '').toLowerCase();

test('SQL in any parameter of any route finds nothing, fails nothing, reaches no other tenant, changes no table', async () => {
  const { routes } = await askWell<{ routes: { method: string; path: string }[] }>(server, token, '/api/v1/routes');
  const document = await askWell<{ paths: Record<string, { get?: { parameters?: { name: string; in: string; required?: boolean; schema?: { type?: string; enum?: string[] } }[] } }> }>(server, token, '/api/v1/openapi.json');
  let tried = 0;
  /** Paths of questions that were answered. */
  const reached = new Set<string>();
  const attack = async (path: string): Promise<void> => {
    tried++;
    const began = performance.now();
    const reply = path.startsWith('/api/v1/search/tail') ? await beginTail(path) : await ask(server, token, path);
    assertHarmless(reply, path);
    if (reply.status === 200) reached.add(path.split('?', 1)[0] ?? '');
    assert.ok(performance.now() - began < 20_000, `it slept: ${path.slice(0, 80)}`);
  };
  for (const [number, { path }] of routes.entries()) {
    const parameters = (document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.get?.parameters ?? []).filter((parameter) => parameter.in === 'query');
    // A third of them for the path, a sixth for each parameter, others for the next: each meets some of every sort, and what routes share meets all.
    for (const payload of PAYLOADS.filter((_, at) => at % 3 === number % 3)) {
      for (const one of path.match(/:\w+/g) ?? []) await attack(wellFormed(path.replace(one, encodeURIComponent(payload))));
    }
    const needed = [...NEEDED.filter(([begin]) => path.startsWith(begin)).flatMap(([, forms]) => forms), ...parameters.filter(({ required }) => required === true).map(({ name }) => `${name}=colour`)];
    const forms = parameters.flatMap(({ name, schema }, position) =>
      PAYLOADS.filter((payload, at) => at % 6 === (number + position) % 6 && (!isStrict(schema) || STRICT.includes(payload))).flatMap((payload) => {
        const encoded = encodeURIComponent(payload);
        return name === 'attribute' ? [`colour=${payload}`, `${payload}=green`, `span:colour=~${payload}`, payload].filter((_, form) => (form + number) % 2 === 0).map((filter) => `attribute=${encodeURIComponent(filter)}`) : [`${name}=${encoded}`];
      }),
    );
    const target = wellFormed(path);
    for (let at = 0; at < forms.length; at += 8) await Promise.all(forms.slice(at, at + 8).map((form) => attack(`${target}?${[form, ...needed.filter((one) => nameOf(one) !== nameOf(form))].join('&')}`)));
  }
  assert.ok(tried > PAYLOADS.length * 5, `${tried} requests`);
  assert.deepEqual(['/api/v1/search', '/api/v1/search/histogram', '/api/v1/search/points', '/api/v1/search/tail', '/api/traces', '/api/v3/trace-summaries'].filter((path) => !reached.has(path)), [], 'refused whatever is asked, so that nothing was tried');
  assert.equal(await spansThere(server, token), 1, 'the tables are whole');
});

test('a value with SQL in it is found as what it is, and nothing else is', async () => {
  const value = "x' OR '1'='1";
  const span = spanOf({ quote: value, "key' OR 1=1 --": 1 });
  await sendWell(server, key, exportOf([span], "ser'vice"));
  const found = async (query: string): Promise<string[]> => (await askWell<{ traces: { traceId: string }[] }>(server, token, `/api/v1/search?${RANGE}&${query}`)).traces.map(({ traceId }) => traceId);
  assert.deepEqual(await found(`attribute=${encodeURIComponent(`quote=${value}`)}`), [span['traceId']]);
  assert.deepEqual(await found(`service=${encodeURIComponent("ser'vice")}`), [span['traceId']]);
  assert.deepEqual(await found(`attribute=${encodeURIComponent("key' OR 1")}`), []);
  assert.deepEqual(await found(`service=${encodeURIComponent("ser' OR '1'='1")}`), []);
});

test('parameters that nobody knows, come twice or are of another kind are refused', async () => {
  for (const query of ['nothing=1', 'tenant=elsewhere', 'sql=SELECT%201', 'limit=10&limit=20', 'service=a&service=b', 'status=%27', 'kind=9', 'order=name', 'limit=ten', 'limit=1.5', 'cursor=%00', 'cursor=AAAA', '__proto__[x]=1', 'constructor=1', 'attribute=', 'attribute=%3Dx', 'tags=%5B1%5D', 'start=yesterday', 'start=2026-13-45T00:00:00Z']) {
    const { status, text } = await ask(server, token, `/api/v1/search?${query}`);
    assert.equal(status, 400, `${query}: ${text}`);
    assert.match(text, /"code":"query_invalid"/);
  }
});

test('no limit, range or number of filters asks for more than the server gives', async () => {
  const now = Date.now();
  const refused = [
    `limit=0`, `limit=${LIMITS.search_results_max + 1}`, 'limit=99999999999999999999', 'limit=-1', `start=0&end=${now}`, `start=${now}&end=${now - 1}`, `start=${now - 40 * 86_400_000}`, `end=99999999999999999999`, 'durationMin=99999999999999999999', 'durationMin=2s&durationMax=1s',
    Array.from({ length: LIMITS.search_attributes_max + 1 }, (_, i) => `attribute=k${i}%3Dv`).join('&'), `attribute=${'x'.repeat(LIMITS.query_text_bytes_max + 1)}`, `attribute=${'k'.repeat(LIMITS.key_bytes_max + 1)}%3Dv`, `service=${'s'.repeat(LIMITS.name_bytes_max + 1)}`, 'attribute=a%3D~(', 'attribute=a%3E', 'attribute=a%3Eb',
  ];
  for (const query of refused) {
    const { status, text } = await ask(server, token, `/api/v1/search?${query}`);
    assert.equal(status, 400, `${query.slice(0, 60)}: ${text}`);
  }
  const most = Array.from({ length: LIMITS.search_attributes_max }, (_, i) => `attribute=k${i}%3D~${encodeURIComponent('(x+x+)+y{1,50}')}`).join('&');
  assert.ok([200, 400].includes((await ask(server, token, `/api/v1/search?${RANGE}&${most}`)).status));
  const long = await raw(`GET /${'a'.repeat(LIMITS.headers_bytes_max)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 4(31|14|00) /);
});

test('a storm of slow queries is refused beyond the waiting room, and traces are taken meanwhile', async () => {
  const query = `/api/v1/search?${RANGE}&limit=1000&attribute=colour%3D~${encodeURIComponent('.*e.*n.*')}`;
  const storm = Array.from({ length: LIMITS.queries_at_once_max + LIMITS.queries_waiting_max + 12 }, () => ask(server, token, query));
  const span = spanOf();
  await sendWell(server, key, exportOf([span]));
  const statuses = new Set((await Promise.all(storm)).map(({ status }) => status));
  for (const status of statuses) assert.ok([200, 503, 504].includes(status), String(status));
  assert.ok(statuses.has(200));
  await assertServes(server, key, token);
});

test('a page of another origin does not reach the API through DNS: a Host that is not ours is refused', async () => {
  for (const host of ['evil.example', 'evil.example:4320', 'localhost.evil.example', '127.0.0.1.evil.example', '169.254.169.254', '127.0.0.2', 'evil.example@localhost', 'LOCALHOST.']) {
    const { status, text } = await withHost(host, { Authorization: `Bearer ${token}` });
    assert.ok(status === 421 || status === 400, `${host}: ${status}`);
    assert.ok(!text.includes('my-service'));
  }
  for (const host of ['localhost', 'LOCALHOST:1234', '127.0.0.1', '[::1]:80']) assert.equal((await withHost(host, { Authorization: `Bearer ${token}` })).status, 200, host);
  for (const host of ['Host:', 'Host: localhost\r\nHost: evil.example', 'Host: evil.example\r\nX-Forwarded-Host: localhost']) {
    assert.match(await raw(`GET /api/v1/services HTTP/1.1\r\n${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`), /^HTTP\/1\.1 4\d\d /, host);
  }
  assert.match(await raw(`GET /api/v1/services HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n\r\n`), /^HTTP\/1\.1 4\d\d /);
});

test('an answer cannot be read, framed, sniffed or cached by another page', async () => {
  for (const path of ['/api/v1/services', '/healthz', '/nothing', `/api/v1/traces/${MINE}`]) {
    const { headers } = await ask(server, token, path, { Origin: 'https://evil.example' });
    assert.equal(headers.get('access-control-allow-origin'), null, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, path);
    assert.equal(headers.get('cache-control'), 'no-store', path);
  }
  const preflight = await fetch(`${server.console}/api/v1/services`, { method: 'OPTIONS', headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' } });
  assert.ok(preflight.status >= 400 && preflight.headers.get('access-control-allow-origin') === null);
});

test('requests that are none, smuggled or too large are answered with a refusal and an end', async () => {
  const credential = `Authorization: Bearer ${token}`;
  const cases = [
    'GARBAGE\r\n\r\n', `GET /api/v1/services HTTP/1.1\r\nHost: localhost\r\n${credential}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, `GET /api/v1/services HTTP/1.1\r\nHost: localhost\r\n${credential}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    `GET /api/v1/services HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(LIMITS.headers_bytes_max)}\r\n\r\n`, `GET /api/v1/services HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n`, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    `POST /api/v1/accounting HTTP/1.1\r\nHost: localhost\r\n${credential}\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`, `GET /api/v1/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n${credential}\r\n\r\n`,
  ];
  for (const text of cases) assert.match(await raw(text), /^HTTP\/1\.1 4\d\d /, JSON.stringify(text.slice(0, 90)));
});

test('no second request gets in behind the first: lengths that contradict each other, codings that are nearly one, bodies nobody expects', async () => {
  const inside = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const chunked = `0\r\n\r\n${inside}`;
  const shapes: readonly (readonly [string, string])[] = [
    [`Content-Length: ${chunked.length}\r\nTransfer-Encoding: chunked`, chunked], ['Transfer-Encoding: chunked\r\nContent-Length: 4', chunked], ['Content-Length: 0\r\nContent-Length: 44', inside], ['Content-Length: 0\r\nContent-Length: 0', inside], ['Content-Length: 0, 44', inside], ['Content-Length: +0', inside], ['Content-Length: -0', inside], ['Content-Length: 0x0', inside],
    ['Content-Length: 00 44', inside], ['Content-Length:\r\n 0', inside], ['Content-Length : 0', inside], ['Content-Length: 18446744073709551616', inside], ['Transfer-Encoding: xchunked', chunked], ['Transfer-Encoding: chunked, identity', chunked], ['Transfer-Encoding: identity, chunked, identity', chunked], ['Transfer-Encoding : chunked', chunked],
    ['Transfer-Encoding:\x0bchunked', chunked], ['Transfer-Encoding: \x00chunked', chunked], ['Transfer-Encoding: "chunked"', chunked], ['X: y\r\n Transfer-Encoding: chunked', chunked], ['X: y\rTransfer-Encoding: chunked', chunked], ['X: y\nTransfer-Encoding: chunked\nContent-Length: 0', chunked], ['Transfer-Encoding: chunked', `0x0\r\n\r\n${inside}`], ['Transfer-Encoding: chunked', `-0\r\n\r\n${inside}`],
    ['Transfer-Encoding: chunked', `0;a=b\nx\r\n\r\n${inside}`], ['Transfer-Encoding: chunked', `1\r\nZZ\r\n${chunked}`], ['Transfer-Encoding: chunked', `ffffffffffffffff1\r\n${chunked}`], [`Content-Length: ${inside.length}`, inside], ['Connection: Host', ''], [`Expect: 100-continue\r\nContent-Length: ${inside.length}`, inside],
  ];
  // Pipelined in the open it is answered: what is looked for below would be seen.
  assert.ok((await raw(`GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n${inside}`, 'whole')).includes('"status":"ok"'));
  for (const first of ['GET /api/v1/services', 'POST /api/v1/policy/check', 'HEAD /api/v1/services', 'POST /nothing']) {
    for (const [headers, body] of shapes) {
      const answer = await raw(`${first} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`, 'whole');
      assert.ok(!answer.includes('"status":"ok"'), `${first} ${JSON.stringify(headers)}: ${answer}`);
      assert.match(answer, /^(HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?4\d\d |$)/, `${first} ${JSON.stringify(headers)}`);
    }
  }
});

test('no spelling of a path leads out of the files and the log, or past the credential', async () => {
  const ups = ['..', '%2e%2e', '.%2e', '%252e%252e', '..;', '..%00', '..%5c', '..%c0%af', '..%ef%bc%8f', '....//', '..\\', '%2e%2e%5c', '%u002e%u002e', '..%252f'];
  const aims = ['package.json', 'etc/passwd', 'src/main.ts', 'index.html', 'data.key', 'api/v1/services', 'metrics'];
  // Each way up from each base, to one half of the aims or the other.
  const paths = ['/assets/', '/log/tile/', '/log/', '/', '/api/v1/traces/', '/healthz/'].flatMap((base, from) => ups.flatMap((up, way) => aims.filter((_, at) => (at + from + way) % 2 === 0).flatMap((aim) => [`${base}${up}/${up}/${aim}`, `${base}${`${up}%2f`.repeat(6)}${aim}`])));
  const disguised = ['//api/v1/services', '/./api/v1/services', '/api//v1/services', '/%61pi/v1/services', '/API/v1/services', '/api/v1/services/', '/api/v1/services;.css', '/api/v1/services%00.css', '/api/v1/services%2f', '/api/v1/services.json', '/assets/..%2fapi/v1/services', '/metrics;a=b', '/metrics/.', '/metrics%20', 'http://localhost/metrics', 'http://evil.example/metrics', 'metrics', '*', '/healthz?/../metrics', '/healthz#/../metrics', '/healthz%3f/../metrics', '/.env', '/.git/config'];
  for (const path of [...paths, ...disguised]) {
    const { status, text } = await atPath(path);
    // The target * is the first page, which is public: its document, or that the console is not built.
    const isPublic = path.startsWith('/healthz?') || path.startsWith('/healthz#') || (path === '*' && /^<!doctype html>/i.test(text));
    assert.ok([400, 401, 404].includes(status) || (isPublic && [200, 503].includes(status)), `${path}: ${status}`);
    for (const word of ['root:', '"workspaces"', 'my-service', 'tracekeep_', '#!', 'ARG']) assert.ok(!text.includes(word), `${path} answers ${word}`);
  }
  // Bytes that clients do not send.
  for (const path of ['/assets/\0', '/assets/..\\..\\package.json', '/log/tile/\x80\xff', '/metrics\t', '/assets/../../etc/passwd\0.js', '/\x7f']) assert.match(await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 (400|401|404) /, JSON.stringify(path));
});

test('after all that: it serves, and its account is what can be read', async () => {
  const { totals } = await balancedAccounting(server, token);
  assert.deepEqual([totals.refused, totals.dropped], [0, 0]);
  await assertUnharmed(server, key, token);
});

/** A path whose other parameters are those of a span that is there. */
function wellFormed(path: string): string {
  return path.replace(':id', MINE).replace(':service', 'my-service').replace(':spanId', String(mine['spanId'])).replaceAll(/:\w+/g, 'x');
}

/** A tail goes on: its first words say whether it was let in. */
async function beginTail(path: string): Promise<Reply> {
  const response = await fetch(`${server.console}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (response.status !== 200) return { status: response.status, text: await response.text(), headers: response.headers };
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return { status: 200, text: Buffer.from(first?.value ?? []).toString(), headers: response.headers };
}

function assertHarmless({ status, text }: Reply, path: string): void {
  assert.ok([200, 400, 404, 414, 422, 431, 501, 503].includes(status), `${path.slice(0, 120)}: ${status} ${text.slice(0, 300)}`);
  // An answer may say what was asked, and the records what was asked before.
  const asked = path.startsWith('/api/v1/audit') ? PAYLOADS.join(' ') : decodeURIComponent(path);
  const words = ['their-service', 'their operation', 'tenant-secret', 'root:x:', 'system.', 'DB::Exception', 'Code: '];
  for (const word of words.filter((one) => !asked.includes(one))) assert.ok(!text.includes(word), `${path.slice(0, 120)} answers ${word}`);
  if (status === 200 && path.startsWith('/api/v1/search?')) {
    const { traces } = JSON.parse(text) as { traces: Json[] };
    assert.ok(traces.every(({ traceId }) => traceId === MINE), path);
  }
  if (status === 200 && path.startsWith('/api/v1/search/points?')) assert.ok((JSON.parse(text) as { traceIds: string[] }).traceIds.every((traceId) => traceId === MINE), path);
  if (status === 200 && path.startsWith('/api/v1/search/histogram?')) assert.ok((JSON.parse(text) as { buckets: { count: number[] } }).buckets.count.reduce((sum, count) => sum + count, 0) <= 1, path);
}

/** Node's fetch does not let the Host header be chosen. */
function withHost(host: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; text: string }> {
  const { port } = new URL(server.console);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/api/v1/services', headers: { ...headers, Host: host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject).end();
  });
}

/** As it stands, which fetch would tidy up; without a credential. */
function atPath(path: string): Promise<{ status: number; text: string }> {
  const { port } = new URL(server.console);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, agent, headers: { host: 'localhost' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}

/** What the console port answers to these bytes, until it closes or has answered once; `whole`: all it says, to a last request behind them too, until it closes. */
function raw(bytes: string, how: 'once' | 'whole' = 'once'): Promise<string> {
  const socket = connect(Number(new URL(server.console).port), '127.0.0.1');
  return new Promise((resolve) => {
    let answer = '';
    socket.on('data', (part) => {
      answer += part.toString('latin1');
      if (how === 'once' && answer.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.write(Buffer.from(how === 'once' ? bytes : `${bytes}GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'));
  });
}
