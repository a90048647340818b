/**
 * The command line as operators and scripts meet it: real processes for each verb when it comes first, real files. What scripts rely on: a key or token
 * alone on the last line of standard output, exit codes, and nothing in clear on disk.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ControlStore } from '#control';
import { verbHere } from '#harness/verbs';
import { deriveKey, openRootKey } from '#keys';
import { isRefusal } from '#refusal';

const MAIN = fileURLToPath(import.meta.resolve('#main'));
const home = mkdtempSync(join(tmpdir(), 'tracekeep-commands-'));
after(() => rmSync(home, { recursive: true, force: true }));

let count = 0;
const newData = (): string => join(home, `data${count++}`);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

// A variable of the developer's own shell must not decide a test.
for (const name of Object.keys(process.env)) if (name.startsWith('TRACEKEEP_')) delete process.env[name];
const shown = new Set<string>();

/** A program where variables are given, be they none, or the verb was not one before. */
async function tracekeep(words: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Ended> {
  const verb = words.slice(0, 2).filter((word) => !word.startsWith('--')).join(' ');
  if (variables !== undefined || shown.size < shown.add(verb).size) return program(words, variables);
  const { code, stdout, stderr } = await verbHere(words);
  return { code, out: stdout, err: stderr };
}

function program(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: home, env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (part) => (out += String(part)));
    child.stderr.on('data', (part) => (err += String(part)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

async function done(words: readonly string[], variables?: Readonly<Record<string, string>>): Promise<string> {
  const { code, out, err } = await tracekeep(words, variables);
  assert.equal(code, 0, err);
  return out;
}

const lastLine = (out: string): string => out.trimEnd().split('\n').at(-1) ?? '';

/** What a running server would say to a credential. */
async function holderOf(data: string, credential: string): Promise<string> {
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  try {
    const found = control.findCredential(credential);
    if (isRefusal(found)) return found.refused;
    return found.kind === 'producer' ? found.producer.name : found.reader.roles.join(', ');
  } finally {
    control.close();
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('producer add makes data directory, root key and a key that works, before any server ever ran', async () => {
  const data = newData();
  const key = lastLine(await done(['producer', 'add', 'Payments crew', '--service', 'ledger-*', '--service', 'billing', '--data', data]));
  assert.match(key, /^tk_[A-Za-z0-9_-]{49}$/);
  assert.equal(await holderOf(data, key), 'Payments crew');
  assert.equal(statSync(data).mode & 0o777, 0o700);
  assert.equal(statSync(`${data}.key`).mode & 0o777, 0o600);
});

test('log vkeys says when there are no keys yet, and makes none', async () => {
  const data = newData();
  assert.match((await tracekeep(['log', 'vkeys', '--data', data])).err, /cannot find a Tracekeep data directory/);
  await done(['producer', 'add', 'one', '--service', '*', '--data', data]);
  const { code, out, err } = await tracekeep(['log', 'vkeys', '--data', data]);
  assert.deepEqual([code, out, existsSync(`${data}.log`)], [1, '', false]);
  assert.match(err, /the first start of the server makes them/);
});

test('token create prints a token of the role that was asked for', async () => {
  const data = newData();
  for (const role of ['viewer', 'admin']) assert.equal(await holderOf(data, lastLine(await done(['token', 'create', '--role', role, '--data', data]))), role);
  const wrong = await tracekeep(['token', 'create', '--role', 'root', '--data', data]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /viewer, investigator/);
});

test('a key is listed, rotated with grace, and revoked; lists never show it', async () => {
  const data = newData();
  const first = lastLine(await done(['producer', 'add', 'shop', '--service', 'shop-*', '--data', data]));
  const second = lastLine(await done(['producer', 'rotate', 'shop', '--grace', '1h', '--data', data]));
  assert.notEqual(first, second);
  assert.deepEqual([await holderOf(data, first), await holderOf(data, second)], ['shop', 'shop']);
  const third = lastLine(await done(['producer', 'rotate', 'shop', '--grace', '0', '--data', data]));
  assert.deepEqual([await holderOf(data, first), await holderOf(data, second), await holderOf(data, third)], ['credential_unknown', 'credential_unknown', 'shop']);

  const table = await done(['producer', 'list', '--data', data]);
  assert.match(table, /^ID +NAME +TENANT +SERVICES +CERTIFICATES +BACKFILL +CREATED +STATE\np_[0-9a-f]{16} +shop +default +shop-\* +- +no +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +key 3\n$/);
  const listed = JSON.parse(await done(['producer', 'list', '--json', '--data', data]));
  assert.deepEqual(listed[0].services, ['shop-*']);
  for (const key of [first, second, third]) assert.ok(!JSON.stringify(listed).includes(key.slice(3, 20)));
  assert.ok(!JSON.stringify(listed).includes('hash'));

  await done(['producer', 'revoke', 'shop', '--data', data]);
  assert.equal(await holderOf(data, third), 'credential_unknown');
  assert.match(await done(['producer', 'list', '--data', data]), /revoked \d{4}/);
});

test('an authority is made once; what it issues is listed, renewed and revoked', async () => {
  const data = newData();
  const none = await tracekeep(['ca', 'issue', 'server', 'localhost', '--data', data]);
  assert.deepEqual([none.code, /tracekeep ca init/.test(none.err)], [1, true]);
  assert.equal(await done(['ca', 'init', '--trust-domain', 'example.org', '--data', data]), `${data}.ca/ca.crt\n`);
  const issued = await tracekeep(['ca', 'issue', 'producer', 'shop', '--data', data]);
  assert.equal(issued.out, `${data}.ca/issued/producer-shop.crt\n${data}.ca/issued/producer-shop.key\n`);
  assert.match(issued.err, /--spiffe spiffe:\/\/example\.org\/producer\/shop[^]*OTEL_EXPORTER_OTLP_CLIENT_KEY=/);
  await done(['ca', 'renew', 'shop', '--data', data]);
  // Which makes the data directory, whose servers are to refuse it.
  await done(['token', 'create', '--role', 'viewer', '--data', data]);
  await done(['ca', 'revoke', 'shop', '--data', data]);
  const list = JSON.parse(await done(['ca', 'list', '--json', '--data', data])) as { readonly name: string; readonly state: string }[];
  assert.deepEqual(list.map(({ name, state }) => [name, state]), [['shop', 'revoked'], ['shop', 'revoked']]);
});

test('tokens are listed and revoked, and end when they expire', async () => {
  const data = newData();
  const token = lastLine(await done(['token', 'create', '--role', 'viewer', '--name', 'grafana', '--expires', '30d', '--data', data]));
  assert.match(await done(['token', 'list', '--data', data]), /grafana +default +viewer +all +\S+ +never +valid until/);
  const brief = lastLine(await done(['token', 'create', '--role', 'viewer', '--expires', '1ms', '--data', data]));
  assert.equal(await holderOf(data, brief), 'credential_unknown');
  await done(['token', 'revoke', 'grafana', '--data', data]);
  assert.equal(await holderOf(data, token), 'credential_unknown');
});

test('ten processes at once, the first of which makes everything: every key works', async () => {
  const data = newData();
  const outs = await Promise.all([...Array(10).keys()].map((i) => done(['producer', 'add', `team ${i}`, '--service', '*', '--data', data], {})));
  assert.equal(JSON.parse(await done(['producer', 'list', '--json', '--data', data])).length, 10);
  for (const [i, out] of outs.entries()) assert.equal(await holderOf(data, lastLine(out)), `team ${i}`);
  const same = await Promise.all([...Array(3).keys()].map(() => tracekeep(['producer', 'add', 'one name', '--service', '*', '--data', data], {})));
  assert.deepEqual(same.map(({ code }) => code).sort(), [0, 1, 1]);
});

test('nothing below the data directory names a producer, service, tenant, person or key, and every file is private', async () => {
  const data = newData();
  const key = lastLine(await done(['producer', 'add', 'Payments crew', '--service', 'ledger-service-*', '--tenant', 'acme-holding', '--data', data]));
  const token = lastLine(await done(['token', 'create', '--role', 'viewer', '--name', 'Margarethe', '--tenant', 'acme-holding', '--data', data]));
  await done(['producer', 'revoke', 'Payments crew', '--tenant', 'acme-holding', '--data', data]);
  const files = filesBelow(data);
  assert.ok(files.some((file) => file.endsWith('control.sqlite')));
  for (const file of files) {
    assert.equal(statSync(file).mode & 0o077, 0, file);
    const bytes = readFileSync(file).toString('latin1').toLowerCase();
    for (const word of ['payments', 'ledger-service', 'acme-holding', 'margarethe', 'viewer', key.slice(3, 15).toLowerCase(), token.slice(3, 15).toLowerCase()]) {
      assert.ok(!bytes.includes(word), `${word} is in ${file}`);
    }
  }
});

test('the data directory may come from a variable or the file', async () => {
  const [variable, file] = [newData(), newData()];
  await done(['token', 'create', '--role', 'admin'], { TRACEKEEP_DATA: variable, TRACEKEEP_ROOT_KEY_FILE: join(home, 'elsewhere.key') });
  assert.ok(existsSync(join(variable, 'control')) && existsSync(join(home, 'elsewhere.key')) && !existsSync(`${variable}.key`));
  writeFileSync(join(home, 'my.yaml'), `data: ${JSON.stringify(file)}\n`);
  await done(['token', 'create', '--role', 'admin', '--config', 'my.yaml'], {});
  assert.ok(existsSync(`${file}.key`));
});

test('what an operator gets wrong is said in one sentence with a way out, on standard error', async () => {
  const data = newData();
  const cases: [string[], number, RegExp][] = [
    [['produce'], 2, /Did you mean producer\?/],
    [['producer', 'ad', 'x'], 2, /Did you mean add\?/],
    [['serve', '--otlp-htp', 'x'], 2, /Did you mean --otlp-http\?/],
    [['serve', '--otlp-http', '0.0.0.0:4318', '--data', data], 2, /requires TLS/],
    [['producer', 'add', 'x', '--data', data], 2, /--service/],
    [['producer', 'list', '--data', data], 1, /cannot find a Tracekeep data directory at .*--data DIR/],
    [['producer', 'revoke', 'nobody', '--data', data], 1, /cannot find/],
    [['producer', 'add', 'a\u001b[31mb', '--service', '*', '--data', newData()], 1, /name_invalid.*not printable/],
    [['producer', 'add', 'x', '--service', '*', '--tenant', 'No Tenant', '--data', data], 2, /tenant/],
    [['producer', 'rotate', 'x', '--grace', 'soon', '--data', data], 2, /--grace.*24h/],
    [['trace', '--data', data], 2, /a trace id or --last/],
    [['trace', 'xyz', '--data', data], 2, /32 hexadecimal digits/],
  ];
  const ends = await Promise.all(cases.map(([words]) => tracekeep(words)));
  for (const [i, { code, out, err }] of ends.entries()) {
    const [words, wanted, message] = cases[i] ?? assert.fail();
    assert.equal(code, wanted, `${words.join(' ')}: ${err}`);
    assert.match(err, message);
    assert.equal(out, '');
    assert.ok(!err.includes('    at '), `a stack was printed: ${err}`);
    assert.ok(!err.includes('\u001b'), 'an escape sequence was printed');
  }
  assert.ok(!existsSync(data), 'verbs that fail make nothing');
});

test('a root key that does not fit, or that others may read, is refused', async () => {
  const data = newData();
  await done(['token', 'create', '--role', 'admin', '--data', data]);
  const other = join(home, 'other.key');
  writeFileSync(other, 'ab'.repeat(32), { mode: 0o600 });
  const misfit = await tracekeep(['token', 'list', '--data', data, '--root-key-file', other]);
  assert.equal(misfit.code, 1);
  assert.match(misfit.err, /not the one it was made with/);
  chmodSync(`${data}.key`, 0o644);
  assert.match((await tracekeep(['token', 'list', '--data', data])).err, /chmod 600/);
});

test('an open directory is closed if it is empty, and left alone if it holds something else', async () => {
  const [empty, full] = [newData(), newData()];
  for (const folder of [empty, full]) {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }
  writeFileSync(join(full, 'report.txt'), 'somebody else’s');
  await done(['token', 'create', '--role', 'admin', '--data', empty]);
  assert.equal(statSync(empty).mode & 0o777, 0o700);
  const refused = await tracekeep(['token', 'create', '--role', 'admin', '--data', full]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /holds files that are not Tracekeep's/);
  assert.equal(statSync(full).mode & 0o777, 0o755);
  assert.deepEqual(readdirSync(full), ['report.txt']);
});

test('what needs no database loads none: a small verb starts fast', async () => {
  const tell = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (/node_modules.(kysely|chdb|fastify|@cedar-policy)/.test(url) && process.stderr.write('loaded ' + url + '\\n'), next(url, context)) });`;
  const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(tell)}"` };
  assert.equal((await tracekeep(['--help'], env)).err, '');
  assert.match((await tracekeep(['producer', 'list', '--data', newData()], env)).err, /^tracekeep: cannot find[^\n]*\n$/);
});

test('help names every verb, and a reader that goes away is no error', async () => {
  const help = await done(['--help']);
  for (const verb of ['serve', 'producer', 'token', 'tenant', 'trace', 'version']) assert.match(help, new RegExp(`^  ${verb} `, 'm'));
  assert.match(await done(['version']), /^\d+\.\d+\.\d+\n$/);
  assert.match(await done(['producer', 'add', '--help']), /--service <GLOB\.\.\.>/);
});
