import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { NewFinding } from '#findings';
import { Secret } from '#model';
import type { AuditPlace, AuditRecord } from './audit.ts';
import { AuditPush } from './push.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-push-'));
const file = join(home, 'pushed');
const tokenFile = join(home, 'token');
const KEY = new Secret(new Uint8Array(32).fill(5));
const recordAt = (entry: number): AuditRecord => ({ id: `${entry}.1`, time: '2026-01-01T00:00:00.000Z', who: 'Ada', whoId: null, whoKind: 'person', action: 'trace.read', resource: 'search', outcome: 'allowed', code: null, route: '', filter: null, rows: null, reason: null, network: null, count: 1, until: null, tenant: null, entry });

let collector: Server;
let url = '';
/** What it answers, one after another; then 200. */
let answers: number[] = [];
let taken: string[] = [];
let tokens: (string | undefined)[] = [];
let size = 0;
let findings: NewFinding[] = [];
let failures = 0;

before(async () => {
  writeFileSync(tokenFile, 'push-me\n', { mode: 0o600 });
  collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => {
      const status = answers.shift() ?? 200;
      tokens.push(request.headers.authorization);
      if (status === 200) taken.push(...body.trimEnd().split('\n').map((line) => (JSON.parse(line) as { metadata: { uid: string } }).metadata.uid));
      response.writeHead(status, status === 302 ? { location: `${url}/elsewhere` } : {}).end();
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/events`;
});
after(() => {
  collector.close();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(file, { force: true });
  [answers, taken, tokens, findings, failures, size] = [[], [], [], [], 0, 0];
});

const audit = {
  logged: async (place: AuditPlace, limit: number) => {
    const records = Array.from({ length: Math.min(limit, Math.max(0, size - place.entry)) }, (_, at) => recordAt(place.entry + 1 + at));
    return { records, next: { ms: 0, entry: place.entry + records.length, ordinal: 1 } };
  },
};
const push = (): AuditPush => new AuditPush({ audit, url, tokenFile, place: { file, key: KEY }, reportFinding: (finding) => findings.push(finding), onFailure: () => (failures += 1), times: { look_ms: 5, retry_ms_min: 1, retry_ms_max: 4, failing_ms: 0 } });
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 4_000, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at + 1}.1`);

test('every record is pushed, in order, over restarts, with the token', async () => {
  size = 1_200;
  const first = push();
  first.start();
  await until(() => taken.length === size);
  size = 1_210;
  await until(() => taken.length === size);
  await first.stop();
  size = 1_300;
  const second = push();
  second.start();
  const last = (): boolean => taken.includes(`${size}.1`);
  await until(last);
  await second.stop();
  // Stopped between the answer and remembering it, a batch comes twice.
  assert.deepEqual([...new Set(taken)], ids(size));
  assert.ok(taken.length <= size + 10);
  assert.deepEqual([...new Set(tokens)], ['Bearer push-me']);
  assert.deepEqual([findings, failures], [[], 0]);
});

test('what is refused is pushed again until it is taken, and that it fails is told once', async () => {
  size = 3;
  answers = [500, 429, 302, 500];
  const one = push();
  one.start();
  await until(() => taken.length === 3);
  await one.stop();
  assert.deepEqual(taken, ids(3));
  assert.deepEqual([failures, findings.map(({ analytic }) => analytic.uid)], [1, ['audit.push']]);
  assert.equal(tokens.length, 5, 'a redirect is not followed');
});

test('a place that cannot be believed leaves nothing out', async () => {
  size = 2;
  writeFileSync(file, Buffer.alloc(64, 1));
  const one = push();
  one.start();
  await until(() => taken.length === 2);
  await one.stop();
  assert.deepEqual(taken, ids(2));
});
