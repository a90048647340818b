/**
 * What it costs to know who sends, of all that the server's JavaScript does under a load of ingest: from CPU profiles of its threads, for ingest keys and for
 * client certificates. TLS itself is not in it: it is native, and no part of knowing the sender.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '#authority';
import type { Corpus } from './corpus.ts';
import { MeasuredServer } from './server.ts';

export interface AuthenticationFigures {
  readonly ways: readonly AuthenticationWay[];
}

export interface AuthenticationWay {
  readonly way: 'ingest key' | 'client certificate';
  readonly spans: number;
  readonly requests: number;
  /** Of the time in which any thread of the server ran JavaScript. */
  readonly share: number;
  readonly us_per_request: number;
}

/** What a request passes to be known, with all that they call: the credential and its look-up in the control data, the certificate of the connection. */
const OWN: readonly (readonly [string, RegExp])[] = [['producer', /\/src\/authenticate\/authenticate\.ts$/], ['peerOf', /\/src\/tls\/peer\.ts$/]];
/** Microseconds between two samples; a request is known within a few. */
const SAMPLED_US = 200;
const CONNECTIONS = 8;
const PASSES = 4;
const DAY_MS = 86_400_000;

export async function measureAuthentication(corpus: Corpus, hurried: boolean): Promise<AuthenticationFigures> {
  return { ways: [await measure('ingest key', corpus, hurried), await measure('client certificate', corpus, hurried)] };
}

async function measure(way: AuthenticationWay['way'], corpus: Corpus, hurried: boolean): Promise<AuthenticationWay> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-authentication-'));
  try {
    const tls = way === 'ingest key' ? null : certificates(folder);
    const args = tls === null ? [] : ['--tls-cert', tls.server.certificate, '--tls-key', tls.server.key, '--tls-client-ca', tls.ca];
    const server = await MeasuredServer.start({ hurried, args, node: ['--cpu-prof', `--cpu-prof-interval=${SAMPLED_US}`, `--cpu-prof-dir=${join(folder, 'profile')}`] });
    try {
      if (tls !== null) await server.verb('producer', 'change', 'bench', '--spiffe', ID);
      const { requests, spans, failures } = await server.load({ corpus: corpus.folder, connections: CONNECTIONS, gzip: false, firstPass: 0, passes: PASSES, ...(tls !== null && { tls: { ca: tls.ca, ...tls.producer } }) }).loaded;
      if (Object.keys(failures).length > 0) throw new Error(`cannot measure: requests failed with ${Object.keys(failures).join(', ')}`);
      await server.end();
      const { own_us, all_us } = readProfiles(join(folder, 'profile'));
      return { way, spans, requests, share: own_us / all_us, us_per_request: own_us / requests };
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ID = 'spiffe://example.org/bench';

function certificates(folder: string) {
  const authority = Authority.create({ folder: join(folder, 'ca'), dataDir: join(folder, 'data'), trustDomain: 'example.org', name: 'Bench', valid_ms: DAY_MS });
  const issue = (kind: 'server' | 'producer', id: string) => authority.issue({ kind, name: 'bench', id, dns: ['localhost'], ips: ['127.0.0.1'], valid_ms: DAY_MS }).files;
  return { ca: authority.files.certificate, server: issue('server', 'spiffe://example.org/server'), producer: issue('producer', ID) };
}

function isOwn({ callFrame: { functionName, url } }: ProfileNode): boolean {
  return OWN.some(([name, file]) => name === functionName && file.test(url));
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** Of all threads: time in functions of `OWN` and in what they call, and all time but idling. */
function readProfiles(folder: string): { readonly own_us: number; readonly all_us: number } {
  const sum = { own_us: 0, all_us: 0 };
  for (const file of readdirSync(folder)) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly nodes: readonly ProfileNode[]; readonly samples: readonly number[]; readonly timeDeltas: readonly number[] };
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const idle = new Set(nodes.filter(({ callFrame }) => ['(idle)', '(program)'].includes(callFrame.functionName)).map(({ id }) => id));
    const own = new Set<number>();
    // Parents stand before their children.
    for (const node of nodes) if (own.has(node.id) || isOwn(node)) for (const id of [node.id, ...(byId.get(node.id)?.children ?? [])]) own.add(id);
    for (const [at, id] of samples.entries()) {
      // A thread that had to wait for a core comes late to its next sample, and has not worked for so long.
      const us = Math.min(timeDeltas[at] ?? 0, 2 * SAMPLED_US);
      if (!idle.has(id)) sum.all_us += us;
      if (own.has(id)) sum.own_us += us;
    }
  }
  return sum;
}
