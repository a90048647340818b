/**
 * What something adds to the time of a query: the same questions to two consoles over one store, of which one has it, by turns, as one reader and
 * as several at once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlStore } from '#control';
import { deriveKey, openRootKey } from '#keys';
import type { Secret } from '#model';
import { createQueries } from '#query';
import { startConsole, type ConsoleParts } from '#query/api';
import { Store } from '#store';
import { sampleAccount, sampleBlock } from '#store/sample';
import { medianOf } from './summary.ts';

export interface Added {
  readonly question: string;
  /** At the same time. */
  readonly readers: number;
  /** Medians, ms: without it, with it, and of the differences of pairs. */
  readonly without_ms: number;
  readonly with_ms: number;
  readonly added_ms: number;
}

export interface Paired {
  readonly store: Store;
  readonly control: ControlStore;
  readonly dataDir: string;
  readonly rootKey: Secret<Uint8Array>;
  /** What both consoles have. */
  readonly parts: Omit<ConsoleParts, 'authenticator'>;
}

const BLOCKS = 20;
/** Not measured, and no more than are. */
const WARM_PAIRS = 10;
const QUESTIONS: Readonly<Record<string, (at: number) => string>> = {
  trace: (at) => `/api/v1/traces/a5a5a5a5a5a5a5a500000001${(at % 10).toString(16).padStart(8, '0')}`,
  search: (at) => `/api/v1/search?service=service-bench&start=30d&attribute=${encodeURIComponent(`user.email=ana-${at}@example.com`)}&attribute=${encodeURIComponent('http.status_code>=500')}`,
};
const SPARE_NO_DISK = { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 };

/** A store with some thousand spans for as long as `work` takes. */
export async function withStore<Answer>(work: (paired: Paired) => Promise<Answer>): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-pairs-'));
  const dataDir = join(folder, 'data');
  const rootKey = openRootKey({ file: join(folder, 'data.key'), dataDir });
  // First, as a server does: beside a log that has entries no empty one is begun.
  const control = await ControlStore.open({ dataDir, key: deriveKey(rootKey, 'control') });
  const store = await Store.open({ dataDir, rootKey, config: SPARE_NO_DISK, logKeys: { folder: join(folder, 'keys'), origin: null } });
  try {
    for (let block = 1; block <= BLOCKS; block++) await store.commit({ blocks: [sampleBlock(block, 300, 'bench')], requests: [sampleAccount(`digest-${block}`, 300)] });
    await store.settle();
    const parts = { address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store, producers: async () => [] }), metricsText: async () => '', ready: async () => null };
    return await work({ store, control, dataDir, rootKey, parts });
  } finally {
    await store.close();
    control.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks both by turns, `pairs` times for each question and number of readers. */
export async function pairUp(without: ConsoleParts, withIt: ConsoleParts, pairs: number): Promise<readonly Added[]> {
  const [plain, other] = [await startConsole(without), await startConsole(withIt)];
  const agent = new Agent({ keepAlive: true });
  const warm = Math.min(WARM_PAIRS, pairs);
  const ask = (port: number, path: string): Promise<number> => {
    const before = performance.now();
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, agent, headers: { authorization: 'Bearer any' } }, (answer) => answer.resume().once('end', () => (answer.statusCode === 200 ? resolve(performance.now() - before) : reject(new Error(`cannot measure ${path}: ${String(answer.statusCode)}`))))).once('error', reject).end();
    });
  };
  try {
    const asked: Added[] = [];
    for (const [question, pathOf] of Object.entries(QUESTIONS)) {
      for (const readers of [1, 8]) {
        const [before, after]: [number[], number[]] = [[], []];
        const pair = async (at: number): Promise<void> => {
          // Whoever goes second finds things warm: each goes first as often.
          const order = at % 2 === 0 ? [plain, other] : [other, plain];
          const took = new Map<typeof plain, number>();
          for (const one of order) took.set(one, await ask(one.address.port, pathOf(at)));
          before.push(took.get(plain)!);
          after.push(took.get(other)!);
        };
        for (let at = 0; at < warm; at++) await pair(at);
        [before.length, after.length] = [0, 0];
        let next = warm;
        await Promise.all(Array.from({ length: readers }, async () => {
          while (next < warm + pairs) await pair(next++);
        }));
        asked.push({ question, readers, without_ms: medianOf(before), with_ms: medianOf(after), added_ms: medianOf(after.map((ms, at) => ms - before[at]!)) });
      }
    }
    return asked;
  } finally {
    agent.destroy();
    await plain.stop();
    await other.stop();
  }
}
