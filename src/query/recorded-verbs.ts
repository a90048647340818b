/**
 * What verbs of the command line ask a server, recorded as what the console shows: who may open the data directory needs no credential, and leaves a
 * record all the same, before anything is shown.
 */
import type { ControlStore } from '#control';
import type { Subjects } from '#erase';
import { LIMITS } from '#limits';
import { commandLineReader, DEFAULT_TENANT, traceId, type Reader } from '#model';
import { isRefusal, type Refusal } from '#refusal';
import type { Store, StoreSnapshot } from '#store';
import type { Queries } from './query.ts';
import type { RequestRecorder } from './recorded.ts';

/** What another process reads to verify the store. */
export interface VerifiedStore {
  snapshot(): Promise<StoreSnapshot>;
  queryNative(sql: string): Promise<Uint8Array>;
  setAsideRows(block: number): Promise<Uint8Array | null>;
  /** Of the keys of people, by which nothing can be opened. */
  digestSubjectKeys(after: number): Promise<{ readonly digests: Uint8Array; readonly last: number | null }>;
}

/** What verbs show of the telemetry is recorded before they show it, as what the console shows. */
export function recordedFor(recorder: Pick<RequestRecorder, 'record'>, queries: Queries): Queries {
  const { audit, evidence, openedEvidence, trial } = queries;
  const recorded = <T extends object>(reader: Reader, action: string, route: string, id: string | null, answer: T | Refusal, rowsOf: (answer: T) => number): Promise<T | Refusal> => recordedVerb(recorder, reader, action, route, id, answer, rowsOf);
  return {
    ...queries,
    traceById: async (reader, id) => recorded(reader, 'trace.read', 'tracekeep trace', id, await queries.traceById(reader, id), ({ spans }) => spans.length),
    audit: audit && {
      ...audit,
      records: async (reader, question) => recorded(reader, 'audit.read', 'tracekeep audit', null, await audit.records(reader, question), ({ records }) => records.length),
    },
    evidence: evidence && {
      evidence: async (reader, id, question) => recorded(reader, 'trace.read', 'tracekeep evidence export', id, await evidence.evidence(reader, id, question), ({ spans }) => spans),
    },
    openedEvidence: openedEvidence && {
      openedEvidence: async (reader, question) => recorded(reader, 'field.reveal', 'tracekeep evidence export --reveal', question.trace, await openedEvidence.openedEvidence(reader, question), (answer) => (answer.is === 'shown' ? answer.revealed.counts.opened : 0)),
    },
    trial: trial && {
      trial: async (reader, question) => recorded(reader, 'policy.try', 'tracekeep policy try', null, await trial.trial(reader, question), ({ changes }) => changes.length),
    },
  };
}

/** The name of whom it is about is not recorded. That somebody was forgotten is an entry of its own. */
export function subjectsFor(recorder: Pick<RequestRecorder, 'record'>, subjects: Subjects): Pick<Subjects, 'find' | 'forget' | 'again' | 'exportPage'> {
  return {
    exportPage: async (reader, question, by) => recordedVerb(recorder, reader, 'subject.export', 'tracekeep subject export', null, await subjects.exportPage(reader, question, by), (page) => (page.is === 'page' ? page.spans.length : 0)),
    again: (by) => subjects.again(by),
    find: async (reader, subject) => recordedVerb(recorder, reader, 'subject.find', 'tracekeep forget', null, await subjects.find(reader, subject), ({ spans }) => spans),
    forget: (reader, wanted, by) => subjects.forget(reader, wanted, by),
  };
}

/** Verification in another process takes whole rows: that it does is recorded, each second, before it gets any. */
export function verifiedFor(recorder: Pick<RequestRecorder, 'record'>, store: Pick<Store, 'snapshot' | 'engine' | 'setAsideRows'>, control: Pick<ControlStore, 'digestSubjectKeys'>): VerifiedStore {
  let recorded_ms = Number.NEGATIVE_INFINITY;
  const recorded = async (): Promise<void> => {
    if (performance.now() - recorded_ms < LIMITS.records_delay_ms_max) return;
    const kept = await recorder.record({ reader: commandLineReader(DEFAULT_TENANT), action: 'integrity.verify', route: 'tracekeep verify', outcome: 'allowed', ids: [], query: '', filter: '', rows: null, reason: '', network: '' });
    if (kept !== true) throw new Error('cannot record who reads the store');
    recorded_ms = performance.now();
  };
  return {
    snapshot: () => recorded().then(() => store.snapshot()),
    queryNative: (sql) => recorded().then(() => store.engine.queryNative(sql)),
    setAsideRows: (block) => recorded().then(() => store.setAsideRows(block)),
    digestSubjectKeys: (after) => recorded().then(() => control.digestSubjectKeys(after)),
  };
}

async function recordedVerb<T extends object>(recorder: Pick<RequestRecorder, 'record'>, reader: Reader, action: string, route: string, id: string | null, answer: T | Refusal, rowsOf: (answer: T) => number): Promise<T | Refusal> {
  const refusal = isRefusal(answer) ? answer : null;
  const kept = await recorder.record({
    reader, action, route, ids: id === null || traceId(id) === null ? [] : [id], query: '', filter: '', reason: '', network: '',
    ...(refusal === null ? { outcome: 'allowed' } : { outcome: 'failed', code: refusal.refused }), rows: refusal === null ? rowsOf(answer as T) : null,
  });
  return kept === true ? answer : kept;
}
