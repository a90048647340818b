/**
 * Evidence of a trace, made from the store and the log: what whoever receives it can check without either. Every proof is checked here before it goes
 * out; where the stored spans are not what the log says, there is a refusal and no evidence.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { EVIDENCE_BYTES_MAX, type Opened, SEALED_VALUES, textHash } from '#evidence';
import { sha256 } from '#keys/signing';
import type { NewFinding } from '#findings';
import { BlockLeaves } from '#leaves';
import { LIMITS } from '#limits';
import { flawText, isFlaw, parseVkey, type Checkpoint } from '#merkle';
import { traceId as readTraceId, type Reader, type TenantId, type TraceId } from '#model';
import { matchesGlob } from '#control/glob';
import type { Answering, Run } from '#query/answering';
import { STATEMENTS } from '#query/statements';
import { low32, traceKeyOf } from '#query/trace-key';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { heldAgainst } from './asked.ts';
import { namedCheckpoint } from './checkpoint.ts';
import { writeDocument, type DocumentBlock } from './document-text.ts';
import { fetchBlocks, holdAgainstLog, Mismatch, proveRows, type LoggedBlock } from './logged-blocks.ts';
import { Omission } from './omission.ts';
import { fetchStored, type StoredSpan } from './stored-spans.ts';

export interface EvidenceParts {
  /** Runs a statement of our own for a stream of Native blocks. */
  readonly native: (sql: string) => Promise<Uint8Array>;
  readonly log: EvidenceLog;
  /** Verifier keys of the log and of its witnesses. */
  readonly keys: readonly string[];
  /** The checkpoint that everybody is shown; null before the first. */
  readonly published: () => { readonly note: string; readonly size: number } | null;
  readonly policies: EvidencePolicies;
  /** What is stored is not what the log says. */
  readonly onMismatch: (mismatch: StoredMismatch) => void;
}

/** Which fields were restricted when a block was stored. */
export interface Restriction {
  /** Keys with `*`. */
  readonly restricted: readonly string[];
  readonly restricts: (key: string) => boolean;
}

/** That of the policy in force. */
export interface EvidencePolicies extends Restriction {
  /** SHA-256 of its text, hexadecimal. */
  readonly digest: string;
  /** The same of the text of an older one. */
  readonly read: (text: string) => Restriction;
}

/** The log, as its door gives it. */
export interface EvidenceLog {
  readonly origin: string;
  inclusion(index: number, size: number): Uint8Array[] | null;
}

export interface StoredMismatch {
  readonly tenant: TenantId;
  readonly traceId: string;
  readonly block: number;
  readonly row: number | undefined;
  /** Names no value. */
  readonly what: string;
}

export interface EvidenceQuestion {
  /** Keys with `*` whose values are to be left out, and `status.message`. */
  readonly omit?: readonly string[];
  /** 16 hexadecimal digits: of this span alone. */
  readonly spanId?: string;
  /** What seals hold, by their text (b64), to be shown beside them. What it is was opened before, by whoever may and for who may see it. */
  readonly opened?: ReadonlyMap<string, Opened>;
}

export interface EvidenceAnswer {
  readonly json: string;
  readonly traceId: string;
  readonly spans: number;
  readonly blocks: number;
  readonly origin: string;
  /** Size of the checkpoint's tree. */
  readonly size: number;
  /** Keys of what was left out. */
  readonly omitted: readonly string[];
  /** Of what should be left out: names with `*` that match nothing here. */
  readonly unmatched: readonly string[];
  /** Spans of the trace that policy shows this reader as outlines, of which nothing is proved. */
  readonly outlines: number;
  /** Spans that this reader sees and that are not proved here: a value in them was restricted after they were stored, and their proof has it open. */
  readonly unprovable: number;
  /** Seals in it that are closed, and those of which it shows what they hold. */
  readonly seals: { readonly closed: number; readonly opened: number };
}

export interface EvidenceExport {
  evidence(reader: Reader, id: string, question?: EvidenceQuestion): Promise<EvidenceAnswer | Refusal>;
}

/** A checkpoint is published each second; one that witnesses must cosign takes longer. */
const LOOK_MS = 50;

export function createEvidence(answering: Answering, parts: EvidenceParts): EvidenceExport {
  const { answer, settled, store } = answering;
  const policies = new Map<string, Restricting>();
  const keys = parts.keys.map((text) => {
    const verifier = parseVkey(sha256, text);
    if (isFlaw(verifier)) throw new Error(`cannot use a key of the log or of a witness: ${flawText(verifier)}`);
    return verifier;
  });

  /** Those of blocks that were stored under this policy; null if nobody knows it. */
  async function restrictingOf(policy: string, run: Run): Promise<Restricting | null> {
    const known = policies.get(policy);
    if (known !== undefined) return known;
    const restriction = policy === parts.policies.digest ? parts.policies : await olderPolicy(policy, parts.policies.read, run);
    if (restriction === null) return null;
    const made = { restricted: restriction.restricted, leaves: new BlockLeaves(restriction.restricts) };
    policies.set(policy, made);
    return made;
  }

  async function proveBlocks(spans: readonly StoredSpan[], blocks: ReadonlyMap<number, LoggedBlock>, checkpoint: Checkpoint, omission: Omission, run: Run): Promise<ProvedBlocks> {
    const proved: DocumentBlock[] = [];
    const restricted = new Set<string>();
    let unprovable = 0;
    const until_ms = performance.now() + LIMITS.query_ms_max;
    const native = async (sql: string): Promise<Uint8Array> => {
      if (performance.now() > until_ms) throw new Late();
      return parts.native(sql);
    };
    for (const [number, ofBlock] of Map.groupBy(spans, ({ block }) => block)) {
      const block = blocks.get(number)!;
      const proof = parts.log.inclusion(block.index, checkpoint.size);
      if (proof === null) throw new Mismatch(number, 'its entry is not in the log');
      holdAgainstLog(block, proof, checkpoint.size, checkpoint.root);
      const policy = await restrictingOf(block.says.policy, run);
      if (policy === null) throw new Mismatch(number, 'nobody knows the policy under which it was stored');
      const rows = await proveRows(block, ofBlock.map(({ row }) => row), policy.leaves, native);
      for (const glob of policy.restricted) restricted.add(glob);
      if (ofBlock.some(({ seals }) => seals.length > 0)) restricted.add(SEALED_VALUES);
      const { index, time_ms, statement, closed } = block;
      const { sight } = run;
      const provable = ofBlock.flatMap((stored, at) => {
        const leaf = rows[at]!;
        return sight.hidesValues && !omission.canLeaveOut(stored.span, leaf.restricted, (key) => sight.hides(key)) ? [] : [{ stored, leaf, told: omission.take(stored.span, leaf.restricted, stored.seals.length > 0) }];
      });
      unprovable += ofBlock.length - provable.length;
      if (provable.length > 0) proved.push({ index, time_ms, statement, proof, closedHash: textHash(sha256, closed), spans: provable });
      await nextTurn();
    }
    return { blocks: proved.toSorted((left, right) => left.index - right.index), restricted: [...restricted], unprovable };
  }

  /** The answer; or the index of an entry that the published checkpoint does not cover. */
  async function attempt(id: TraceId, { omit = [], spanId = '', opened }: EvidenceQuestion, run: Run): Promise<EvidenceAnswer | Uncovered | Refusal> {
    const readable = !store.mayBePending(low32(traceKeyOf(id))) || (await settled());
    const { spans, more } = await fetchStored(id, spanId, run);
    if (spans.length === 0) return readable ? refuse('not_found') : refuse('query_timeout', 'what was just acknowledged cannot be read yet');
    if (more) return refuse('query_too_large', `more than ${LIMITS.trace_spans_max} spans`);
    const blocks = await fetchBlocks([...new Set(spans.map(({ block }) => block))], run);
    if (spans.some(({ block }) => !blocks.has(block))) return refuse('evidence_unlogged');
    const newest = Math.max(...[...blocks.values()].map(({ index }) => index));
    const published = parts.published();
    if (published === null || published.size <= newest) return { uncovered: newest };
    const { checkpoint, ...signed } = namedCheckpoint(published.note, keys);
    const { sight } = run;
    const isAsked = (key: string): boolean => omit.some((glob) => matchesGlob(glob, key)) || sight.hides(key);
    const omission = new Omission(omit.length === 0 && !sight.hidesValues ? null : isAsked);
    const { blocks: proved, restricted, unprovable } = await proveBlocks(spans, blocks, checkpoint, omission, run);
    const unmatched = heldAgainst(omit, omission, restricted);
    if (isRefusal(unmatched)) return unmatched;
    if (proved.length === 0) return refuse('evidence_not_for_you');
    const outlines = sight.hasOutlines && spanId === '' ? await countOutlines(id, run) : 0;
    const omitted = [...omission.leftOut].toSorted();
    const { json, seals } = await writeDocument({ traceId: id, origin: checkpoint.origin, ...signed, blocks: proved, omitted }, opened);
    if (json.length > EVIDENCE_BYTES_MAX || Buffer.byteLength(json) > EVIDENCE_BYTES_MAX) return refuse('query_too_large', `more than ${EVIDENCE_BYTES_MAX} bytes`);
    return { json, traceId: id, spans: spans.length - unprovable, blocks: proved.length, origin: checkpoint.origin, size: checkpoint.size, omitted, unmatched, outlines, unprovable, seals };
  }

  async function isCovered(index: number, until_ms: number): Promise<boolean> {
    while ((parts.published()?.size ?? 0) <= index) {
      if (performance.now() >= until_ms) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  return {
    async evidence(reader, text, question = {}) {
      const id = readTraceId(text);
      if (id === null) return refuse('query_invalid', 'a trace id is 32 hexadecimal digits, not all zero');
      const until_ms = performance.now() + LIMITS.evidence_wait_ms_max;
      const weight = question.spanId === undefined ? 'scan' : 'lookup';
      for (let again = false; ; ) {
        let mismatch: Mismatch | null = null;
        const outcome = await answer(reader, 'trace.read', weight, async (run) => {
          try {
            return await attempt(id, question, run);
          } catch (error) {
            if (error instanceof Late) return refuse('query_timeout');
            if (!(error instanceof Mismatch)) throw error;
            mismatch = error;
            return refuse('evidence_mismatch', `block ${error.block}${error.row === undefined ? '' : `, row ${error.row}`}`);
          }
        });
        if (!isRefusal(outcome)) {
          if (!('uncovered' in outcome)) return outcome;
          if (!(await isCovered(outcome.uncovered, until_ms))) return refuse('evidence_pending');
          continue;
        }
        // A flush that brings spans before their entry, or retention that takes rows meanwhile, is over the second time.
        if (!again && (outcome.refused === 'evidence_mismatch' || outcome.refused === 'evidence_unlogged')) {
          again = true;
          await settled();
          continue;
        }
        if (mismatch !== null) accuse(mismatch, reader.tenant, id, parts);
        return outcome;
      }
    },
  };
}

/** What is told of it beside the refusal. */
export function storedMismatch({ tenant, traceId, block, row, what }: StoredMismatch): NewFinding {
  return {
    tenant,
    analytic: { uid: 'integrity.evidence', name: 'Evidence against the log', type_id: 1 },
    subject: `block ${block}`,
    severity_id: 5,
    title: 'Stored spans are not as the log has them',
    message: `Evidence of a trace was asked for and refused: in block ${block}${row === undefined ? '' : `, row ${row}`}, ${what}. Run tracekeep verify, which names everything that was changed.`,
    evidences: [{ block, trace_id: traceId, ...(row === undefined ? {} : { row }) }],
    resources: [{ type: 'trace', uid: traceId }],
  };
}

/** A trace in very many blocks takes a statement for each. */
class Late extends Error {}

interface Restricting {
  readonly restricted: readonly string[];
  readonly leaves: BlockLeaves;
}

interface ProvedBlocks {
  /** By index. */
  readonly blocks: DocumentBlock[];
  /** What the policies of the blocks restrict: keys with `*`, each once. */
  readonly restricted: readonly string[];
  readonly unprovable: number;
}

async function countOutlines(id: TraceId, run: Run): Promise<number> {
  const [counted] = await run<{ outlineCount: number }>(STATEMENTS.outlined, { trace: traceKeyOf(id), trace_id: id, limit: LIMITS.trace_spans_max }, 1);
  return counted?.outlineCount ?? 0;
}

interface Uncovered {
  readonly uncovered: number;
}

function accuse({ block, row, message }: Mismatch, tenant: TenantId, traceId: string, { onMismatch }: EvidenceParts): void {
  onMismatch({ tenant, traceId, block, row, what: message });
}

/** The policy of this digest, as the log was told it. */
async function olderPolicy(digest: string, read: EvidencePolicies['read'], run: Run): Promise<Restriction | null> {
  const parts = await run<{ readonly part: string }>(STATEMENTS.policyParts, { digest, limit: POLICY_PARTS_MAX }, POLICY_PARTS_MAX);
  const text = parts.map(({ part }) => part).join('');
  if (Buffer.from(sha256(Buffer.from(text))).toString('hex') !== digest) return null;
  return read(text);
}

/** A policy of the largest size is some hundred parts. */
const POLICY_PARTS_MAX = 1_000;
