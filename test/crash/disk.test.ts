/**
 * A full disk: new traces are refused in a way that exporters try again, what is stored can be read, and when there is room again
 * everything goes on without a restart and nothing acknowledged is gone. The room goes once by the limit that the server keeps free, and
 * once for real, on a file system of its own, where the machine lets us mount one.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, credentials, Metadata, type ServiceError, status as grpcStatus } from '@grpc/grpc-js';
import { addProducer, createToken, startServer, temporaryFolder, type TestServer, until } from '#harness';
import { ask, askWell, balancedAccounting, send } from '#harness/exchange';
import { type Export, Ledger, makeExport, newSeed, Random } from './load.ts';
import { checkStored, storedIn } from './stored.ts';

const MiB = 2 ** 20;
const { UNAVAILABLE } = grpcStatus;
const random = new Random(newSeed());
const freeBytes = (folder: string): number => statfsSync(folder).bavail * statfsSync(folder).bsize;

/** Everything that must hold before, while and after the disk is full. */
async function liveThroughFullDisk(data: string, args: readonly string[], fill: () => Promise<void>, free: () => void): Promise<void> {
  const server = await startServer({ data, args });
  const key = await addProducer(data, 'shop');
  const token = await createToken(data);
  const ledger = new Ledger();
  for (let sent = 0; sent < 10; sent++) assert.equal(await ledger.send(server, key, makeExport(random, 200)), 200);

  // What was only acknowledged and not asked for before may have to wait for room.
  await checkReadable(server, token, ledger.acknowledged[0]);

  await fill();
  // What is acknowledged at the last moment must survive like everything else.
  await until(async () => (await ledger.send(server, key, makeExport(random, 200))) === 503, 'the disk is full');

  const { status, headers } = await send(server, key, makeExport(random, 100, {}, 'protobuf').body);
  assert.equal(status, 503);
  assert.ok(Number(headers.get('retry-after')) >= 1, 'no Retry-After');
  const refused = await callExport(server, key, makeExport(random, 100, {}, 'protobuf'));
  assert.equal(refused?.code, UNAVAILABLE);
  assert.ok(String(refused.metadata.get('grpc-status-details-bin')[0]).includes('google.rpc.RetryInfo'), 'no RetryInfo');

  await checkReadable(server, token, ledger.acknowledged[0]);
  await balancedAccounting(server, token);
  assert.equal((await ask(server, null, '/healthz')).status, 200);
  assert.equal((await ask(server, null, '/readyz')).status, 503);

  free();
  await ledger.retry(server, key);
  const last = makeExport(random, 100, {}, 'protobuf');
  assert.equal(await callExport(server, key, last), null);
  ledger.acknowledged.push(last);
  await checkReadable(server, token, last);
  assert.equal((await ask(server, null, '/readyz')).status, 200);
  assert.equal((await balancedAccounting(server, token)).totals.stored, ledger.spans);
  await server.stop();
  checkStored(await storedIn(data), ledger.traces());
}

/** Exports over gRPC; null when it was taken. */
function callExport(server: TestServer, key: string, { body }: Export): Promise<ServiceError | null> {
  const client = new Client(server.otlpGrpc, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const bytes = (message: Buffer): Buffer => message;
  return new Promise((resolve) => {
    client.makeUnaryRequest('/opentelemetry.proto.collector.trace.v1.TraceService/Export', bytes, bytes, Buffer.from(body), metadata, (error) => {
      client.close();
      resolve(error);
    });
  });
}

async function checkReadable(server: TestServer, token: string, one: Export | undefined): Promise<void> {
  const [first] = one?.traces ?? [];
  assert.ok(first !== undefined);
  const answer = await askWell<{ resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] }>(server, token, `/api/v1/traces/${first[0]}`);
  assert.equal(answer.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length, first[1].spans);
}

/** Takes so much of the disk, really: holes would not count. Without a size, all there is. */
async function takeDisk(path: string, bytes = Infinity): Promise<void> {
  if (bytes !== Infinity && spawnSync('fallocate', ['-l', String(bytes), path]).status === 0) return;
  const handle = await open(path, 'w', 0o600);
  try {
    for (let piece = 4 * MiB, taken = 0; taken < bytes && piece >= 512; ) {
      try {
        taken += (await handle.write(new Uint8Array(piece))).bytesWritten;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        piece /= 2;
      }
    }
  } finally {
    await handle.close();
  }
}

test('less disk free than is to be kept free', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const filler = join(folder, 'filler');
  // Others use the disk as well: the margins on both sides of the limit are wide.
  const margin = Math.min(2_048 * MiB, Math.floor(freeBytes(folder) / 4));
  const args = ['--disk-free-min', String(freeBytes(folder) - margin)];
  await liveThroughFullDisk(join(folder, 'data'), args, () => takeDisk(filler, 2 * margin), () => rmSync(filler));
});

test('no disk free at all', { timeout: 120_000 }, async (t) => {
  const small = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=192m,mode=0700', 'tmpfs', small]);
  if (mounted.status !== 0) {
    t.diagnostic(`not shown here: a file system cannot be mounted (${String(mounted.stderr ?? mounted.error).trim()}); the limit that is kept free was`);
    return;
  }
  t.after(() => spawnSync('umount', ['-l', small]));
  t.diagnostic('shown on a file system of 192 MiB, filled to its last byte');
  const filler = join(small, 'filler');
  await liveThroughFullDisk(join(small, 'data'), ['--disk-free-min', '1B'], () => takeDisk(filler), () => rmSync(filler));
});
