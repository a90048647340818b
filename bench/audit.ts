/**
 * What the record of a query adds to its time: the same questions to two consoles over one store, of which one records, by turns. In each pair the filter is
 * minimized, the record written and synced, and the log told of it meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlStore } from '#control';
import { FilterTexts } from '#dry-run/filter-text';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT, type Reader } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { createQueries } from '#query';
import { startConsole } from '#query/api';
import { Records } from '#records';
import { Store } from '#store';
import { sampleAccount, sampleBlock } from '#store/sample';
import { medianOf } from './summary.ts';

export interface AuditFigures {
  readonly asked: readonly {
    readonly question: string;
    /** At the same time. */
    readonly readers: number;
    /** Medians, ms: without a record, with one, and of the differences of pairs. */
    readonly without_ms: number;
    readonly with_ms: number;
    readonly added_ms: number;
  }[];
}

const BLOCKS = 20;
const READER: Reader = { id: 'a_0000000000000001', name: 'ana', tenant: DEFAULT_TENANT, kind: 'person', roles: ['viewer'], groups: [], scopes: null };
const QUESTIONS: Readonly<Record<string, (at: number) => string>> = {
  trace: (at) => `/api/v1/traces/a5a5a5a5a5a5a5a500000001${(at % 10).toString(16).padStart(8, '0')}`,
  search: (at) => `/api/v1/search?service=sample&start=30d&attribute=${encodeURIComponent(`user.email=ana-${at}@example.com`)}&attribute=${encodeURIComponent('http.status_code>=500')}`,
};
const SPARE_NO_DISK = { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 };

export async function measureAudit(pairs: number): Promise<AuditFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-audit-'));
  const dataDir = join(folder, 'data');
  const rootKey = openRootKey({ file: join(folder, 'data.key'), dataDir });
  const store = await Store.open({ dataDir, rootKey, config: SPARE_NO_DISK, logKeys: { folder: join(folder, 'keys'), origin: null } });
  const control = await ControlStore.open({ dataDir, key: deriveKey(rootKey, 'control') });
  const records = await Records.start({ control, store, key: deriveKey(rootKey, 'records'), journal: { directory: join(dataDir, 'access'), key: deriveKey(rootKey, 'access') } });
  for (let block = 1; block <= BLOCKS; block++) await store.commit({ blocks: [sampleBlock(block, 300, 'bench')], requests: [sampleAccount(`digest-${block}`, 300)] });
  await store.settle();
  const policy = compilePolicy(DEFAULT_POLICY);
  const filters = new FilterTexts(() => policy, null);
  const recorder = { record: records.record.bind(records), digestOf: records.digestOf.bind(records), minimized: filters.minimize.bind(filters) };
  const parts = { address: { host: '127.0.0.1', port: 0 }, queries: createQueries({ store, producers: async () => [] }), authenticator: { reader: () => READER }, metricsText: async () => '', ready: async () => null };
  const [plain, recording] = [await startConsole(parts), await startConsole({ ...parts, records: recorder })];
  const agent = new Agent({ keepAlive: true });
  const ask = (port: number, path: string): Promise<number> => {
    const before = performance.now();
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, agent, headers: { authorization: 'Bearer any' } }, (answer) => answer.resume().once('end', () => (answer.statusCode === 200 ? resolve(performance.now() - before) : reject(new Error(`cannot measure ${path}: ${String(answer.statusCode)}`))))).once('error', reject).end();
    });
  };
  try {
    const asked: AuditFigures['asked'][number][] = [];
    for (const [question, pathOf] of Object.entries(QUESTIONS)) {
      for (const readers of [1, 8]) {
        const [without, withOne]: [number[], number[]] = [[], []];
        const pair = async (at: number): Promise<void> => {
          // Whoever goes second finds things warm: each goes first as often.
          const order = at % 2 === 0 ? [plain, recording] : [recording, plain];
          for (const one of order) (one === plain ? without : withOne).push(await ask(one.address.port, pathOf(at)));
        };
        for (let at = 0; at < 10; at++) await pair(at);
        [without.length, withOne.length] = [0, 0];
        let next = 10;
        await Promise.all(Array.from({ length: readers }, async () => {
          while (next < 10 + pairs) await pair(next++);
        }));
        asked.push({ question, readers, without_ms: medianOf(without), with_ms: medianOf(withOne), added_ms: medianOf(withOne.map((ms, at) => ms - (without[at] ?? 0))) });
      }
    }
    return { asked };
  } finally {
    agent.destroy();
    await plain.stop();
    await recording.stop();
    await records.stop();
    control.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
