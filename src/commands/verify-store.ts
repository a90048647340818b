/**
 * Verification of the store of a data directory, for the command line: through a running server, which then only hands out rows and what lies in its
 * memory, or of the store as it lies. Whatever is compared and computed happens in this process.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '#clickhouse';
import type { Config } from '#config';
import { openRootKey } from '#keys';
import { readLogVkeys } from '#log';
import { NOTE_BYTES_MAX } from '#merkle';
import { readRestriction } from '#policy';
import { isRefusal, refuse } from '#refusal';
import type { StoreSnapshot } from '#store';
import { openAtRest } from '#store/at-rest';
import { answer, questionOf, readVerifiers, sourceOf, verifyStore, type HeldCheckpoint, type KeyDigests, type Progress, type Report, type Source } from '#verify';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import type { AdminArguments, AdminHandler } from './admin.ts';
import { OperatorError } from './operator-error.ts';

export interface WantedVerification {
  /** Keys that the auditor trusts; without any those beside the data are used. */
  readonly keys: readonly string[];
  readonly kept: readonly HeldCheckpoint[];
  readonly since_ms: number | null;
  readonly trace: string | null;
  readonly hear?: (progress: Progress) => void;
  readonly now_ms?: number;
}

export interface Verified {
  readonly report: Report;
  /** Who read the store. */
  readonly through: 'server' | 'directory';
  readonly pinned: boolean;
  readonly keys: readonly string[];
  /** Of this process, the engine's threads included where it works here. */
  readonly cpu_ms: number;
}

/** What a store gives to another process: snapshots, and answers to the questions of verification alone. */
export interface VerifiedStore {
  snapshot(): Promise<StoreSnapshot>;
  queryNative(sql: string): Promise<Uint8Array>;
  setAsideRows(block: number): Promise<Uint8Array | null>;
  digestSubjectKeys(after: number): Promise<KeyDigests>;
}

export const restrictsOf = (policy: string): ((key: string) => boolean) => readRestriction(policy).restricts;

export async function verifyDirectory(config: Pick<Config, 'data' | 'rootKeyFile' | 'logKeys'>, wanted: WantedVerification): Promise<Verified> {
  const pinned = wanted.keys.length > 0;
  const keys = pinned ? wanted.keys : readLogVkeys(config.logKeys);
  if (keys === null) throw new OperatorError(`cannot find the keys of the log in ${config.logKeys}: name them with --key, or their folder with --log-keys`, 2);
  const verifiers = readVerifiers(keys);
  if ('unreadable' in verifiers) throw new OperatorError(`cannot read key ${verifiers.unreadable}: ${verifiers.why}; "tracekeep log vkeys" prints those of a data directory`, 2);
  const before = process.cpuUsage();
  const { source, through, close } = await openSource(config);
  try {
    const { since_ms, trace, hear, now_ms } = wanted;
    const kept = [...publishedBeside(config.logKeys), ...wanted.kept];
    const report = await verifyStore({ source, logDirectory: join(config.data, 'log'), verifiers, restrictsOf, kept, since_ms, trace, ...(hear === undefined ? {} : { hear }), ...(now_ms === undefined ? {} : { now_ms }) });
    const { user, system } = process.cpuUsage(before);
    return { report, through, pinned, keys, cpu_ms: (user + system) / 1_000 };
  } finally {
    await close();
  }
}

/** What was published last lies beside the keys, with the cosignatures of witnesses. */
function publishedBeside(logKeys: string): HeldCheckpoint[] {
  const path = join(logKeys, 'published');
  return existsSync(path) && statSync(path).size <= NOTE_BYTES_MAX ? [{ what: 'the published checkpoint', note: readFileSync(path, 'utf8'), kept: false }] : [];
}

/** The other side: what a server answers over its admin socket. */
export function answerVerification(store: VerifiedStore): Readonly<Record<'verify-snapshot' | 'verify-read' | 'verify-set-aside' | 'verify-keys', AdminHandler>> {
  return {
    'verify-snapshot': () => store.snapshot(),
    'verify-set-aside': ({ block }) => store.setAsideRows(Number(block)),
    'verify-keys': async ({ after }) => {
      const { digests, last } = await store.digestSubjectKeys(Number(after));
      return { digests: Buffer.from(digests).toString('base64'), last };
    },
    'verify-read': async (args) => {
      const question = questionOf(args);
      if (question === null) return refuse('query_invalid', 'a question that verification does not ask');
      try {
        return await answer(store, question);
      } catch (error) {
        // What the engine cannot read is for the other side to judge.
        if (error instanceof EngineError) return { engineCode: error.clickhouseCode };
        throw error;
      }
    },
  };
}

async function openSource(config: Pick<Config, 'data' | 'rootKeyFile' | 'logKeys'>): Promise<{ source: Source; through: Verified['through']; close: () => Promise<void> }> {
  const path = adminSocketPath(config.data);
  const { isControlThere, openKeyTable } = await import('#control/key-table');
  if ((await askAdmin(path, 'ping')) !== NO_SERVER) return { source: { ...sourceOfServer(path), isControlGone: !isControlThere(config.data) }, through: 'server', close: async () => undefined };
  const rootKey = openRootKey({ file: config.rootKeyFile, dataDir: config.data });
  const store = await openAtRest({ dataDir: config.data, rootKey, logKeys: config.logKeys });
  const keys = openKeyTable(config.data);
  return { source: { ...sourceOf(store, store, keys), isControlGone: !keys.isThere }, through: 'directory', close: () => store.close().finally(() => keys.close()) };
}

function sourceOfServer(path: string): Source {
  const ask = async (verb: string, args: AdminArguments): Promise<unknown> => {
    const answer = await askAdmin(path, verb, args);
    if (answer === NO_SERVER) throw new OperatorError('cannot go on: the server was stopped. Run it again: it works without a server as well', 2);
    if (isRefusal(answer)) throw new Error(`cannot ask the running server: it refuses ${verb}; it may be of another version`);
    return answer;
  };
  return {
    snapshot: async () => (await ask('verify-snapshot', {})) as StoreSnapshot,
    read: async (question) => {
      const answer = await ask('verify-read', { ...question });
      if (answer instanceof Uint8Array) return answer;
      throw new EngineError(Number((answer as { readonly engineCode?: unknown } | null)?.engineCode ?? 0) || null, undefined);
    },
    setAsideRows: async (block) => (await ask('verify-set-aside', { block })) as Uint8Array | null,
    keyDigests: async (after) => {
      const { digests, last } = (await ask('verify-keys', { after })) as { readonly digests: string; readonly last: number | null };
      return { digests: Buffer.from(digests, 'base64'), last };
    },
  };
}
