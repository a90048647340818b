/**
 * Evidence of one span, and of whole traces: how long an answer takes and how large the proof is. Every answer is checked as an auditor would, but for the
 * key of the log.
 */
import { checkEvidence, isEvidenceFlaw, parseEvidence } from '#evidence';
import { sha256, verifyNatively } from '#keys/signing';
import type { Corpus } from './corpus.ts';
import { Random } from './random.ts';
import { MeasuredServer, type ServerOptions } from './server.ts';
import { type Summary, summaryOf } from './summary.ts';

export interface EvidenceFigures {
  readonly spans: number;
  /** Milliseconds to an answer. */
  readonly ofSpan: Summary;
  readonly ofTrace: Summary;
  /** Bytes of what proves one span, its hashes, salts and the statement of its block: all but the span itself and the checkpoint with its signatures. */
  readonly proofBytes: Summary;
  /** The same as it stands in the document, names and base64 included. */
  readonly proofJsonBytes: Summary;
  readonly wrong: readonly string[];
}

export interface EvidenceOptions {
  readonly corpus: Corpus;
  readonly passes: number;
  readonly traces: number;
  readonly server?: ServerOptions;
}

interface Document {
  readonly blocks: readonly object[];
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly { readonly spanId: string }[] }[] }[];
}

const LOAD_CONNECTIONS = 8;
const REST_MS_MAX = 30_000;
/** Warms code and caches up; not measured. */
const WARM = 5;

/** With a store of its own. */
export async function measureEvidence(options: EvidenceOptions): Promise<EvidenceFigures> {
  const { corpus, passes } = options;
  const server = await MeasuredServer.start(options.server);
  try {
    const loaded = await server.load({ corpus: corpus.folder, connections: LOAD_CONNECTIONS, gzip: false, firstPass: 0, passes }).loaded;
    await server.quiet(REST_MS_MAX);
    return { ...(await askEvidence(server, options)), spans: loaded.spans };
  } finally {
    await server.stop();
  }
}

export async function askEvidence(server: MeasuredServer, { corpus, passes, traces }: EvidenceOptions): Promise<EvidenceFigures> {
  const random = new Random(11);
  const [ofSpan, ofTrace, proofBytes, proofJsonBytes, wrong]: [number[], number[], number[], number[], string[]] = [[], [], [], [], []];
  for (let at = 0; at < traces + WARM; at++) {
    const trace = random.int(corpus.described.traces);
    const path = `/api/v1/traces/${corpus.traceId(trace, random.int(passes))}/evidence`;
    const whole = await server.ask(path);
    const spanIds = (whole.json as Document).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)));
    const one = await server.ask(`${path}?span=${spanIds[random.int(spanIds.length)] ?? ''}`);
    check(whole.json, corpus.spansOf(trace), wrong);
    check(one.json, 1, wrong);
    if (at < WARM) continue;
    ofTrace.push(whole.ms);
    ofSpan.push(one.ms);
    proofBytes.push(proofSize(one.json));
    proofJsonBytes.push(Buffer.byteLength(JSON.stringify((one.json as Document).blocks)));
  }
  return { spans: corpus.described.spans * passes, ofSpan: summaryOf(ofSpan), ofTrace: summaryOf(ofTrace), proofBytes: summaryOf(proofBytes), proofJsonBytes: summaryOf(proofJsonBytes), wrong };
}

function proofSize(json: unknown): number {
  const evidence = parseEvidence(Buffer.from(JSON.stringify(json)));
  if (isEvidenceFlaw(evidence)) return 0;
  const sizes = evidence.blocks.map(({ statement, closedHash, proof, spans }) => {
    const ofSpans = spans.map((span) => joined([...span.proof, ...span.restricted.map(({ salt, digest }) => salt ?? digest ?? new Uint8Array(0))]) + Buffer.byteLength(span.producer + JSON.stringify(span.minimized)));
    return Buffer.byteLength(statement) + joined([closedHash, ...proof]) + ofSpans.reduce((sum, bytes) => sum + bytes, 0);
  });
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function joined(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function check(json: unknown, spans: number, wrong: string[]): void {
  const evidence = parseEvidence(Buffer.from(JSON.stringify(json)));
  const proved = isEvidenceFlaw(evidence) ? evidence : checkEvidence(evidence, [], sha256, verifyNatively);
  if (isEvidenceFlaw(proved)) wrong.push(`evidence: ${proved.flaw}`);
  else if (proved.spans.length !== spans) wrong.push(`evidence: ${proved.spans.length} spans, not ${spans}`);
}
