/**
 * Commits for tests: small sealed blocks whose content can be recognised in files and answers.
 */

import { hash } from 'node:crypto';
import { ITEM_FILTERS, SEALED_TOKENS, SPANS, TRACES } from '#clickhouse/schema';
import { BLOCK_SALT_BYTES, BlockLeaves } from '#leaves';
import { DEFAULT_TENANT, producerId, type Commit, type LogBody, type RequestAccount, type SealedBlock } from '#model';
import { nativeBlock, sampleSpan, sampleTraces, traceKey } from '#clickhouse/native-sample';

export const SAMPLE_DAY = 20_780;
const SAMPLE_POLICY = '{"rules":[],"version":1}';
/** Of all tokens. */
export const SAMPLE_KEY = Buffer.alloc(8, 7);
const PRODUCER = producerId('p_0123456789abcdef');

export function sampleBlock(id: number, rows: number, mark: string, partition: { day?: number; retention?: string } = {}): SealedBlock {
  const { day = SAMPLE_DAY, retention = 'default' } = partition;
  const traces = sampleTraces(id, rows).map((row) => ({ ...row, day, retention }));
  const spans = nativeBlock(SPANS, Array.from({ length: rows }, (_, row) => ({ ...sampleSpan(id, row, mark), day, retention })));
  const salt = new Uint8Array(BLOCK_SALT_BYTES).fill(id);
  const { root, groups, first, last } = new BlockLeaves(() => false).compute(spans, salt);
  return {
    id, tenant: DEFAULT_TENANT, retention, day, rows, spans,
    traces: nativeBlock(TRACES, traces),
    filter: nativeBlock(ITEM_FILTERS, [2, 3].map((slice) => ({ slice, block: id, day, retention, tenant: DEFAULT_TENANT, first_s: 0, last_s: 0xffff_ffff, bits: '\x7f'.repeat(32) }))),
    tokens: nativeBlock(SEALED_TOKENS, Array.from({ length: rows }, (_, row) => ({ token: Buffer.alloc(16, id), block: id, row, trace: traceKey(id, row >> 2), key: SAMPLE_KEY, day, retention, tenant: DEFAULT_TENANT }))),
    traceKeys: Uint32Array.from(traces, (_, trace) => Number(traceKey(id, trace) & 0xffff_ffffn)),
    requests: [id],
    salt, root, groups, first, last, policy: hash('sha256', SAMPLE_POLICY, 'hex'),
  };
}

/** What the log says of the policy that samples were made under. */
export function samplePolicyBody(time_ms: number): LogBody {
  return { type: 'policy', time_ms, statement: SAMPLE_POLICY, closed: JSON.stringify({ salt: Buffer.alloc(32, 1).toString('base64'), digest: hash('sha256', SAMPLE_POLICY, 'hex'), part: 1, parts: 1 }) };
}

/** The digest of the request of `sampleCommit`. */
export function sampleDigest(id: number): string {
  return digestOf(`digest-${id}`);
}

function digestOf(request: string): string {
  return hash('sha256', request, 'hex').slice(0, 32);
}

/** The account of a request with two refused spans and one duplicate beside those stored. */
export function sampleAccount(request: string, stored: number): RequestAccount {
  if (PRODUCER === null) throw new Error('cannot make a sample: the producer id is malformed');
  return { producer: PRODUCER, tenant: DEFAULT_TENANT, digest: digestOf(request), received: stored + 3, stored, refused: { span_ids: 2 }, dropped: 1, minimized: { email: 4 }, answer: { rejectedSpans: 2, message: 'two without ids' } };
}

export function sampleCommit(id: number, rows: number, mark: string, partition: { day?: number; retention?: string } = {}): Commit {
  return { blocks: [sampleBlock(id, rows, mark, partition)], requests: [sampleAccount(`digest-${id}`, rows)] };
}
