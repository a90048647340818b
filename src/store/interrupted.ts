/**
 * A process that keeps committing until it is killed, for the crash tests: it prints what it found at its start, every block that was
 * acknowledged and every checkpoint that was signed, one JSON value a line. It kills itself at a named step, or waits to be killed.
 *
 *     node interrupted.ts <data directory> <key file> <step | never> <how many times the step passes first> [commits at once] [record]
 *
 * With `record` it also prints what it does to its own files, for systems on which its system calls cannot be watched.
 */

import { FILES, type Files } from '#files';
import { openRootKey } from '#keys';
import { entryOf } from '#log';
import { toBase64 } from '#merkle';
import { sampleCommit } from './sample.ts';
import { Store, type StoreEvent } from './store.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const [dataDir = '', keyFile = '', step = 'never', passes = '0', atOnce = '3', record = ''] = process.argv.slice(2);
let left = Number(passes);

type Step = StoreEvent['is'] | `checkpoint_${'created' | 'written' | 'synced' | 'renamed'}`;

function interrupt({ is }: { readonly is: Step }): void {
  if (is !== step) return;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  left -= 1;
}

function say(value: unknown): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(value)}\n`, () => resolve());
  });
}

function recorded(is: 'create' | 'write' | 'sync', path: string): void {
  void say({ call: { is, path } });
}

/** The way of a checkpoint to its place. */
const INTERRUPTED: Files = {
  ...FILES,
  async create(path) {
    const file = await FILES.create(path);
    if (!path.endsWith('/checkpoint.new')) return file;
    interrupt({ is: 'checkpoint_created' });
    return {
      ...file,
      append: (parts) => file.append(parts).then(() => interrupt({ is: 'checkpoint_written' })),
      sync: () => file.sync().then(() => interrupt({ is: 'checkpoint_synced' })),
    };
  },
  rename: (from, to) => FILES.rename(from, to).then(() => interrupt({ is: 'checkpoint_renamed' })),
};

const RECORDED: Files = {
  ...FILES,
  async create(path) {
    const file = await FILES.create(path);
    recorded('create', path);
    return {
      ...file,
      append: (parts) => file.append(parts).then(() => recorded('write', path)),
      sync: () => file.sync().then(() => recorded('sync', path)),
    };
  },
  syncDirectory: (path) => FILES.syncDirectory(path).then(() => recorded('sync', path)),
};

const BOUNDS = { deadline_ms: 10_000, rows_max: 100_000 };
/** Small, so that segments begin and go all the time. */
const SEGMENT_BYTES = 20_000;

const config = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
const store = await Store.open({ dataDir, rootKey: openRootKey({ file: keyFile, dataDir }), config, segmentBytesMax: SEGMENT_BYTES, files: record === '' ? INTERRUPTED : RECORDED, onEvent: interrupt });
const bodies = await store.bodies(0, store.log.size);
await say({
  log: {
    roots: Array.from({ length: store.log.size + 1 }, (_, size) => toBase64(store.log.root(size))),
    blocks: bodies.flatMap(({ type, block }) => (type === 'block' ? [block] : [])),
    proved: bodies.filter((body) => Buffer.from(entryOf(body)).equals(store.log.entry(body.index) ?? new Uint8Array(0))).length,
  },
  spans: await store.query('SELECT block, count() AS rows, uniqExact(row) AS distinct FROM spans GROUP BY block', {}, BOUNDS),
  traces: await store.query('SELECT block, count() AS rows FROM traces GROUP BY block', {}, BOUNDS),
  filters: await store.query('SELECT block, count() AS rows FROM item_filters GROUP BY block', {}, BOUNDS),
  tokens: await store.query('SELECT block, count() AS rows, uniqExact(row) AS distinct FROM sealed_tokens GROUP BY block', {}, BOUNDS),
  account: await store.accounting(),
  digests: [...store.rememberedRequests()].map(({ digest }) => digest),
  lastBlockId: store.lastBlockId,
});

let id = store.lastBlockId;
let acknowledged: Promise<void>[] = [];
for (;;) {
  const block = (id += 1);
  acknowledged.push(store.commit(sampleCommit(block, 10 + (block % 7), 'mark')).then(() => say({ acknowledged: block })));
  if (acknowledged.length >= Number(atOnce)) {
    await Promise.all(acknowledged);
    acknowledged = [];
    const { size, root } = await store.log.sign();
    await say({ signed: size, root: toBase64(root) });
    if (block % 2 === 0) await store.settle();
  }
}
