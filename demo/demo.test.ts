/** The demo as a newcomer runs it, on the real server. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const DEADLINE_MS = 90_000;

let place: string;
let output: string;
let code: number | null;

before(async () => {
  place = await mkdtemp(join(tmpdir(), 'tracekeep-demo-'));
  ({ output, code } = await demoUntil(/-- forget \S+@/));
});

/** Stops it as a person would who has seen what there is to see. */
async function demoUntil(seen: RegExp): Promise<{ output: string; code: number | null }> {
  const demo = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts'), '--seconds', '600', '--data', join(place, 'data')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (seen.test(said)) demo.kill('SIGINT');
    });
  }
  const late = setTimeout(() => demo.kill('SIGINT'), DEADLINE_MS);
  const ended = await new Promise<number | null>((resolve) => demo.on('close', resolve));
  clearTimeout(late);
  return { output: said, code: ended };
}

after(() => rm(place, { recursive: true, force: true }));

test('it ends with code 0 when it is interrupted, and no child died before', () => {
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /ended by itself/);
});

test('it says where to look: a link that signs in, and a trace in the console', () => {
  assert.match(output, /http:\/\/127\.0\.0\.1:\d+\/sign-in#link=tl_[\w-]{40,}/);
  assert.match(output, /http:\/\/127\.0\.0\.1:\d+\/traces\/[0-9a-f]{32}/);
});

test('its counts balance, nothing is refused, and values were replaced', () => {
  const [received = NaN, stored = NaN, refused = NaN, dropped = NaN] = [...output.matchAll(/spans received ([\d,]+), stored ([\d,]+), refused ([\d,]+), dropped ([\d,]+)/g)].at(-1)?.slice(1).map((text) => Number(text.replaceAll(',', ''))) ?? [];
  assert.ok(stored > 0, output);
  assert.deepEqual([refused, dropped, received], [0, 0, stored], output);
  assert.match(output, /values replaced: \d/);
});

test('its example shows credentials and an address as sent, and without them as kept', () => {
  const lines = output.slice(output.indexOf('One span before and after')).split('\n');
  const kept = lines.filter((line) => line.startsWith('    kept')).join('\n');
  assert.match(lines.join('\n'), /sent Bearer eyJ/);
  assert.match(lines.join('\n'), /sent [\w.]+@(mail|post)?\.?example/);
  assert.notEqual(kept, '', output);
  assert.doesNotMatch(kept, /eyJ|@(mail\.example|example\.com|post\.example)|sid=[0-9a-f]{32}/);
});

test('whose data it is was sealed, and that is said', () => {
  for (const key of ['enduser.id', 'shop.customer']) assert.match(output, new RegExp(`^ {2}${key.replace('.', '\\.')}\n(?: {4}sent .+\n(?: {9}.+\n)*) {4}kept \\[sealed\\]$`, 'm'), output);
  assert.match(output, /Press o on the trace in the console to open it, for a reason/);
  assert.match(output, /-- forget [\w.]+@[\w.]+ --data /);
});

test('whoever follows its link may do what it says: open, search, forget', async () => {
  for (const [action, resource] of [['field.reveal', 'field:enduser.id'], ['field.search', 'field:enduser.id'], ['subject.forget', 'tenant:default']] as const) {
    const asked = ['access', 'explain', '--user', 'demo', '--action', action, '--resource', resource, '--data', join(place, 'data')];
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...asked]);
    assert.match(stdout, /^allowed/, stdout);
  }
});

test('it starts again where it was, with another link', async () => {
  const again = await demoUntil(/#link=tl_[\w-]{40,}/);
  assert.equal(again.code, 0, again.output);
  assert.match(again.output, /\/sign-in#link=tl_/);
});
