/**
 * A pipeline worker thread: takes exports in the order they come, keeps one open block per tenant and retention class, closes a block
 * when it is full or when asked. It has no keys but those of pseudonyms and tokens, of the windows of this hour and what it seals with under them, no files and no network. A bug in the pipeline costs the open blocks, whose
 * requests are then refused, not acknowledged.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { release } from '#batch';
import { Comparer, TakenSpans } from '#compare';
import { HeldWindows, type HeldWindow } from '#keys';
import { LIMITS } from '#limits';
import { Secret, type PackedSubjectKeys, type Producer, type SealedBlock, type TenantId } from '#model';
import { Pipeline, subjectKeysOf, type Taken } from '#pipeline';
import { type CompiledPolicy, compilePolicy, type PolicyDocument } from '#policy';
import { isRefusal, type Refusal, refuse } from '#refusal';
import type { BlockBuilder } from '#seal';

export type ToWorker =
  /** `rememberedSince_ms`: when it came, every request taken after this was known, and it was none of them. */
  | { readonly is: 'export'; readonly request: number; readonly body: Uint8Array; readonly encoding: 'protobuf' | 'json'; readonly producer: Producer; readonly rememberedSince_ms: number }
  | { readonly is: 'close' }
  /** A window's key, before the first export that may need it. The bytes are handed over, so that no copy stays behind. */
  | { readonly is: 'window'; readonly window: Omit<HeldWindow, 'key'> & { readonly key: Uint8Array } }
  /** Behind the last export that may need them: windows of other hours than this are over; null: all are. */
  | { readonly is: 'windows-over'; readonly hour: number | null }
  /** Hands out what is open, and seals nothing more under the keys that it has of this person. */
  | { readonly is: 'forget-subject'; readonly asked: number; readonly tenant: TenantId; readonly subject: Uint8Array }
  /** Makes a pipeline of this policy, for later. */
  | { readonly is: 'prepare'; readonly document: PolicyDocument; readonly digest: string }
  /** Closes what is open and takes this policy for everything that follows. The one before is kept, to go back to, until it is told to forget. */
  | { readonly is: 'policy'; readonly document: PolicyDocument; readonly digest: string }
  /** What was prepared and not taken, and what was taken before. */
  | { readonly is: 'forget' };

export type FromWorker =
  /** `policy`: digest of the one it has. */
  | { readonly is: 'ready'; readonly policy: string }
  /** Digest of what is prepared. `failure`: it cannot be, and why, without payload. */
  | { readonly is: 'prepared'; readonly policy: string; readonly failure: string | null }
  /** Digest of what it has now. */
  | { readonly is: 'policy'; readonly policy: string; readonly failure: string | null }
  /** `took_ms`: time the pipeline spent on it. */
  | { readonly is: 'taken'; readonly request: number; readonly result: Taken | Refusal; readonly took_ms: number }
  | { readonly is: 'block'; readonly block: SealedBlock }
  /** Behind the blocks that were sealed under them: the ids of the keys that it had and has no more. `rows`: of keys whose blocks were given up. */
  | { readonly is: 'subject-forgotten'; readonly asked: number; readonly keyIds: readonly Uint8Array[]; readonly rows: readonly PackedSubjectKeys[] }
  /** It has no window's key any more. */
  | { readonly is: 'wiped' }
  /** No span came into the block of this number: all had been taken before. */
  | { readonly is: 'unused'; readonly block: number }
  /** These requests were taken but their block is lost; `failure` names the kind of error, without payload. */
  | { readonly is: 'lost'; readonly requests: readonly number[]; readonly failure: string };

export interface WorkerData {
  /** The block numbers of all workers come from one counter, so that a block's number says when it was begun. */
  readonly nextBlock: BigInt64Array;
  /** The table of spans taken last, which all workers share. */
  readonly taken: SharedArrayBuffer;
  /** From 1; a worker that takes the place of another has its number. */
  readonly worker: number;
  /** The one in force when it starts. */
  readonly policy: PolicyDocument;
  readonly pseudonymKey: Uint8Array | null;
  /** Parent of the keys of tokens; null: nothing can be sealed. */
  readonly tokenKey: Uint8Array | null;
}

if (parentPort === null) throw new Error('cannot run the worker outside a worker thread');
const port = parentPort;
const { nextBlock, taken, worker, policy: document, pseudonymKey, tokenKey } = workerData as WorkerData;
const DAY_MS = 86_400_000;

const spans = new TakenSpans(taken, worker);
const windows = new HeldWindows();
/** Of all pipelines: rows of keys that one made before it was given up still go out. */
const sealing = tokenKey === null ? null : subjectKeysOf(new Secret(tokenKey));

let policy = compilePolicy(document);
let pipeline = pipelineOf(policy);
/** What may come next, or what was before. */
let prepared: { readonly policy: CompiledPolicy; readonly pipeline: Pipeline } | null = null;
const open = new Map<string, BlockBuilder>();
const idle: BlockBuilder[] = [];

port.on('message', (message: ToWorker) => {
  if (message.is === 'close') closeAll();
  else if (message.is === 'prepare') send({ is: 'prepared', policy: message.digest, failure: prepare(message.document) });
  else if (message.is === 'policy') usePolicy(message.document, message.digest);
  else if (message.is === 'forget') prepared = null;
  else if (message.is === 'window') windows.hold({ ...message.window, key: new Secret(message.window.key) });
  else if (message.is === 'windows-over') windowsOver(message.hour);
  else if (message.is === 'forget-subject') forgetSubject(message);
  else take(message);
});

function windowsOver(hour: number | null): void {
  const over = windows.forget(hour);
  for (const window of over) sealing?.end(window);
  // Values that were sealed are not to outlive what seals them, in what a worker remembers of values.
  if (over.length > 0) pipeline.forgetValues();
  if (hour === null) send({ is: 'wiped' });
}

/** Rows of keys go out with the blocks that are closed here or behind them, so none of these can come later. */
function forgetSubject({ asked, tenant, subject }: ToWorker & { readonly is: 'forget-subject' }): void {
  closeAll();
  pipeline.forgetValues();
  send({ is: 'subject-forgotten', asked, keyIds: sealing?.forget(tenant, subject) ?? [], rows: sealing?.takeRows() ?? [] });
}

function pipelineOf(compiled: CompiledPolicy): Pipeline {
  return new Pipeline(new Comparer(spans), compiled, pseudonymKey === null ? null : new Secret(pseudonymKey), sealing);
}

/** Why it cannot be made, or null. */
function prepare(wanted: PolicyDocument): string | null {
  try {
    const compiled = compilePolicy(wanted);
    prepared = { policy: compiled, pipeline: pipelineOf(compiled) };
    return null;
  } catch (error) {
    return nameOf(error);
  }
}

/** What cannot be made changes nothing. */
function usePolicy(wanted: PolicyDocument, digest: string): void {
  const failure = prepared?.policy.digest === digest || policy.digest === digest ? null : prepare(wanted);
  if (failure === null && policy.digest !== digest && prepared !== null) {
    closeAll();
    // They belong to the pipeline before.
    idle.length = 0;
    [{ policy, pipeline }, prepared] = [prepared, { policy, pipeline }];
  }
  send({ is: 'policy', policy: policy.digest, failure });
}

function take({ request, body, encoding, producer, rememberedSince_ms }: ToWorker & { readonly is: 'export' }): void {
  const began_ms = performance.now();
  const now_ms = Date.now();
  const day = Math.floor(now_ms / DAY_MS);
  const name = `${day} ${producer.retention} ${producer.tenant}`;
  let result: Taken | Refusal;
  try {
    if (policy.seals) sealing?.begin(producer.tenant, windows.current(producer.tenant, now_ms));
    result = pipeline.take(body, encoding, producer, request, now_ms, () => openBlock(name, day, producer.retention, producer.tenant), rememberedSince_ms);
  } catch (error) {
    // This one is to blame and is refused for good, or its sender would try it for ever.
    send({ is: 'taken', request, result: refuse('internal'), took_ms: performance.now() - began_ms });
    lose(error);
    return;
  }
  release(body);
  send({ is: 'taken', request, result, took_ms: performance.now() - began_ms });
  const block = open.get(name);
  if (!isRefusal(result) && block !== undefined && block.rows >= LIMITS.block_rows_target) close(name, block);
}

/** Nothing that a bug has touched is trusted any more. */
function lose(error: unknown): void {
  const requests = [...open.values()].flatMap((block) => block.requests);
  open.clear();
  idle.length = 0;
  pipeline = pipelineOf(policy);
  send({ is: 'lost', requests, failure: nameOf(error) });
}

/** Messages of the language's own errors may quote what they failed on; ours never do. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return [error.message.startsWith('cannot ') ? `${error.name}: ${error.message}` : error.name, ...frames].join('\n');
}

function openBlock(name: string, day: number, retention: string, tenant: TenantId): BlockBuilder {
  let block = open.get(name);
  if (block === undefined) {
    block = idle.pop() ?? pipeline.builder();
    block.open({ block: Number(Atomics.add(nextBlock, 0, 1n)), day, retention, tenant });
    open.set(name, block);
  }
  return block;
}

function closeAll(): void {
  for (const [name, block] of open) close(name, block);
}

function close(name: string, block: BlockBuilder): void {
  const number = block.block;
  let sealed: SealedBlock | null = null;
  try {
    if (block.rows === 0) block.discard();
    else sealed = block.close();
  } catch (error) {
    lose(error);
    return;
  }
  open.delete(name);
  // A few builders are kept: their memory is sized to the traffic.
  if (idle.length < 4) idle.push(block);
  if (sealed === null) {
    send({ is: 'unused', block: number });
    return;
  }
  send({ is: 'block', block: sealed }, [sealed.spans.buffer, sealed.traces.buffer, sealed.filter.buffer, sealed.tokens.buffer, sealed.traceKeys.buffer, ...(sealed.subjectKeys ?? []).map(({ rows }) => rows.buffer)]);
}

function send(message: FromWorker, transfer: ArrayBufferLike[] = []): void {
  port.postMessage(message, transfer as ArrayBuffer[]);
}

send({ is: 'ready', policy: policy.digest });
