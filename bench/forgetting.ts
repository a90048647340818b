/**
 * How long it takes to forget a person who has many spans, in a store that is small and in the same store when it is larger: the whole answer of the console port, from workers that
 * drop keys to tokens that are removed and a receipt. Everybody else's spans are sealed too.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundSubject, Receipt } from '#erase';
import type { Corpus } from './corpus.ts';
import { sealingPolicy } from './sealed-traffic.ts';
import { MeasuredServer, type ServerOptions } from './server.ts';

export interface Forgetting {
  /** In the store, of everybody. */
  readonly stored: number;
  /** Of the person. */
  readonly spans: number;
  readonly keys: number;
  readonly tokens: number;
  readonly find_ms: number;
  readonly forget_ms: number;
}

export interface ForgettingOptions {
  readonly corpus: Corpus;
  /** Of the person. */
  readonly spans: number;
  /** Of the corpus, before each person is forgotten: so many more. */
  readonly passes: readonly number[];
  readonly server: ServerOptions;
}

const AT_ONCE = 2_000;
const CONNECTIONS = 8;
const QUIET_MS_MAX = 120_000;

export async function measureForgetting({ corpus, spans, passes, server: options }: ForgettingOptions): Promise<readonly Forgetting[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-forgetting-'));
  const server = await MeasuredServer.start(options);
  try {
    const policy = sealingPolicy('many');
    writeFileSync(join(folder, 'policy.json'), JSON.stringify({ ...policy, rules: policy.rules.map((rule) => (rule.id === 'whose' ? { ...rule, keys: ['user.id', ...(rule.keys ?? [])] } : rule)) }));
    await server.verb('policy', 'apply', join(folder, 'policy.json'));
    const token = await server.token('privacy-officer');
    const figures: Forgetting[] = [];
    let [stored, firstPass] = [0, 0];
    for (const [at, more] of passes.entries()) {
      const subject = `person-${at}`;
      for (let sent = 0; sent < spans; sent += AT_ONCE) if (!(await server.send(spansOf(subject, Math.min(AT_ONCE, spans - sent))))) throw new Error('cannot measure: a request failed');
      const loaded = await server.load({ corpus: corpus.folder, connections: CONNECTIONS, gzip: false, firstPass, passes: more }).loaded;
      firstPass += more;
      stored += spans + loaded.spans;
      await server.quiet(QUIET_MS_MAX);
      const found = await server.ask('/api/v1/subjects/find', { token, body: { subject } });
      const forgotten = await server.ask('/api/v1/subjects/forget', { token, body: { subject, reason: 'measured by the bench' } });
      const [{ spans: counted }, receipt] = [found.json as FoundSubject, forgotten.json as Receipt];
      if (counted !== spans || receipt.spans !== spans) throw new Error(`cannot measure: ${counted} spans were found, ${receipt.spans} forgotten`);
      figures.push({ stored, spans, keys: receipt.keys, tokens: receipt.tokens, find_ms: found.ms, forget_ms: forgotten.ms });
    }
    return figures;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function spansOf(subject: string, count: number): unknown {
  const now = BigInt(Date.now()) * 1_000_000n;
  const attributes = [['user.id', subject], ['http.route', '/cart']].map(([key, value]) => ({ key, value: { stringValue: value } }));
  // Ten spans a trace.
  let traceId = '';
  const spans = Array.from({ length: count }, (_, at) => {
    if (at % 10 === 0) traceId = randomBytes(16).toString('hex');
    return { traceId, spanId: randomBytes(8).toString('hex'), name: 'GET /cart', kind: 2, startTimeUnixNano: String(now), endTimeUnixNano: String(now + 1_000_000n), attributes };
  });
  return [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'booking' } }] }, scopeSpans: [{ spans }] }];
}
