/**
 * The load generator, a process of its own so that its work is not counted as the server's. Posts the corpus over keep-alive connections, each
 * waiting for its answer; what is refused as retryable is sent again after the time the server asks for.
 */
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Corpus } from './corpus.ts';
import { summaryOf, type Summary } from './summary.ts';

/** What the parent sends first. `stop` as second message ends the load after the requests under way. */
export interface Load {
  readonly corpus: string;
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  readonly firstPass: number;
  readonly passes: number;
  readonly gzip: boolean;
  /** Files: over TLS, and the sender is who this certificate says instead of whose key it is. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string };
}

export interface Loaded {
  readonly requests: number;
  readonly spans: number;
  readonly took_s: number;
  readonly spansPerSecond: number;
  /** From sending a request to its acknowledgement, tries before it left out. */
  readonly acknowledged_ms: Summary;
  /** Answers that asked to try again. */
  readonly refusals: number;
  /** Answers that left out spans or will never be 200, by status. A sound run has none. */
  readonly failures: Readonly<Record<string, number>>;
  readonly load_cpu_s: number;
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
  readonly retryAfter_s: number;
}

const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
let stopped = false;

process.once('message', (load: Load) => {
  process.once('message', () => (stopped = true));
  void send(load).then((loaded) => process.send?.(loaded, () => process.exit()));
});
// Without its parent there is nobody to report to.
process.on('disconnect', () => process.exit());

async function send(load: Load): Promise<Loaded> {
  const corpus = new Corpus(load.corpus);
  const agent = agentOf(load);
  const acknowledged_ms: number[] = [];
  const failures: Record<string, number> = {};
  let requests = 0;
  let spans = 0;
  let refusals = 0;
  let next = 0;
  const shifts: bigint[] = [];
  const began = performance.now();
  const connection = async (): Promise<void> => {
    while (!stopped && next < load.passes * corpus.requests) {
      const at = next++;
      const pass = Math.floor(at / corpus.requests);
      const shift = (shifts[pass] ??= corpus.shiftTo(Date.now()));
      const made = corpus.request(at % corpus.requests, load.firstPass + pass, shift);
      const body = load.gzip ? gzipSync(made.body, { level: 1 }) : made.body;
      for (;;) {
        const sent = performance.now();
        const { status, bytes, retryAfter_s } = await post(load, agent, body);
        if (status === 200) acknowledged_ms.push(performance.now() - sent);
        if (RETRYABLE.has(status)) {
          refusals += 1;
          await wait(retryAfter_s * 1_000);
          continue;
        }
        requests += 1;
        // An empty answer says that every span was taken.
        if (status === 200 && bytes === 0) spans += made.spans;
        else failures[status] = (failures[status] ?? 0) + 1;
        break;
      }
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  const took_s = (performance.now() - began) / 1_000;
  agent.destroy();
  corpus.close();
  const { user, system } = process.cpuUsage();
  return { requests, spans, took_s, spansPerSecond: spans / took_s, acknowledged_ms: summaryOf(acknowledged_ms), refusals, failures, load_cpu_s: (user + system) / 1e6 };
}

function agentOf({ tls, connections }: Load): Agent {
  const options = { keepAlive: true, maxSockets: connections, scheduling: 'fifo' } as const;
  return tls === undefined ? new Agent(options) : new TlsAgent({ ...options, ca: readFileSync(tls.ca), cert: readFileSync(tls.certificate), key: readFileSync(tls.key) });
}

function post(load: Load, agent: Agent, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { ...(load.tls === undefined && { authorization: `Bearer ${load.key}` }), 'content-type': 'application/x-protobuf', 'content-length': body.length, ...(load.gzip ? { 'content-encoding': 'gzip' } : {}) };
  const sending = (load.tls === undefined ? httpRequest : tlsRequest)(`${load.url}/v1/traces`, { method: 'POST', agent, headers }, (response) => {
    let bytes = 0;
    response.on('data', (part: Buffer) => (bytes += part.length));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes, retryAfter_s: Number(response.headers['retry-after'] ?? 1) }));
    response.on('error', reject);
  });
  sending.on('error', reject);
  sending.end(body);
  return promise;
}
