/** What the log itself costs for blocks of 2,000 spans: body, entry and tree on the thread that commits, and what stays on the disk. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativeBlock, sampleSpan, sampleTraces } from '#clickhouse/native-sample';
import { SPANS, TRACES } from '#clickhouse/schema';
import { FILES } from '#files';
import { openRootKey } from '#keys';
import { sha256 } from '#keys/signing';
import { blockBody, entryOf, Log } from '#log';
import { DEFAULT_TENANT, producerId, type RequestAccount, type SealedBlock } from '#model';
import { Store } from '#store';

export interface LogFigures {
  /** Microseconds a span. */
  readonly log_us: number;
  /** Entries, hashes and bodies, as they lie on the disk after merges. */
  readonly bytesPerSpan: number;
}

const ROWS = 2_000;
const GROUP_ROWS = 256;
export const LOG_BLOCKS = 1_000;
const COMMITTED_AT_ONCE = 50;
const KINDS = ['email', 'ip', 'card', 'neutralized'];

export async function measureLog(count: number): Promise<LogFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-'));
  try {
    const blocks = Array.from({ length: count }, (_, at) => blockOf(at + 1));
    return { log_us: await measureThread(folder, blocks), bytesPerSpan: await measureDisk(folder, blocks) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureThread(folder: string, blocks: readonly SealedBlock[]): Promise<number> {
  const dataDir = join(folder, 'thread');
  const log = await Log.open({ directory: join(dataDir, 'log'), dataDir, keys: { folder: `${dataDir}.log`, origin: null }, synced: { size: 0, root: null }, replayed: [], files: FILES });
  // The first ones warm the compiler up.
  const half = Math.floor(blocks.length / 2);
  let before = performance.now();
  for (const [at, block] of blocks.entries()) {
    if (at === half) before = performance.now();
    log.append([entryOf(blockBody(block, accountsOf(block), Date.now()))]);
  }
  const took_ms = performance.now() - before;
  await log.close();
  return (took_ms * 1_000) / (ROWS * (blocks.length - half));
}

/** Only what the log keeps counts, so one span stands for those of a block. */
async function measureDisk(folder: string, blocks: readonly SealedBlock[]): Promise<number> {
  const dataDir = join(folder, 'data');
  const config = { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
  const store = await Store.open({ dataDir, rootKey: openRootKey({ file: join(folder, 'root.key'), dataDir }), config });
  try {
    for (let at = 0; at < blocks.length; at += COMMITTED_AT_ONCE) {
      await Promise.all(blocks.slice(at, at + COMMITTED_AT_ONCE).map((block) => store.commit({ blocks: [block], requests: accountsOf(block) })));
    }
    await store.settle();
    await store.engine.command('OPTIMIZE TABLE log_entries FINAL');
    const bodies = Number(await store.engine.command("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'tracekeep' AND table = 'log_entries' AND active"));
    return (bodies + store.log.bytes) / (ROWS * blocks.length);
  } finally {
    await store.close();
  }
}

function blockOf(id: number): SealedBlock {
  const day = Math.floor(Date.now() / 86_400_000);
  return {
    id, tenant: DEFAULT_TENANT, retention: 'default', day, rows: ROWS, spans: nativeBlock(SPANS, [{ ...sampleSpan(id, 0, 'm'), day }]), traces: nativeBlock(TRACES, sampleTraces(id, 1).map((row) => ({ ...row, day }))),
    filter: new Uint8Array(0), tokens: new Uint8Array(0), traceKeys: new Uint32Array(0), requests: [id],
    salt: randomBytes(32), root: randomBytes(32), groups: randomBytes(32 * Math.ceil(ROWS / GROUP_ROWS)), first: `${Date.now()}${id}`.padEnd(19, '7'), last: `${Date.now()}${id}`.padEnd(19, '9'), policy: Buffer.from(sha256(Uint8Array.of(1))).toString('hex'),
  };
}

/** Of four requests of two producers, with values that were replaced. */
function accountsOf({ id, tenant }: SealedBlock): RequestAccount[] {
  return Array.from({ length: 4 }, (_, at) => {
    const producer = producerId(`p_${String(at % 2).padStart(16, '0')}`);
    if (producer === null) throw new Error('cannot make the account of a block: the producer id is malformed');
    const minimized = Object.fromEntries(KINDS.map((kind, place) => [kind, ((id + at) * (place + 7)) % 900]));
    return { producer, tenant, digest: `${id}a${at}`.padStart(32, '0'), received: ROWS / 4, stored: ROWS / 4, refused: {}, dropped: 0, minimized, answer: { rejectedSpans: 0, message: '' } };
  });
}
