/** `tracekeep verify` of everything that is stored: of the store as it lies, whose engine then works in the same process and is counted too, and beside its server. */
import type { Corpus } from './corpus.ts';
import { MeasuredServer, type ServerOptions } from './server.ts';

export interface VerifyFigures {
  readonly spans: number;
  /** Of the store as it lies. */
  readonly spansPerCpuSecond: number;
  readonly spansPerSecond: number;
  /** Beside the server: spans per second of the verb's own CPU and of the server's. */
  readonly besideSpansPerCpuSecond: number;
  readonly findings: number;
}

interface Told {
  readonly spans: number;
  readonly cpu_ms: number;
  readonly took_ms: number;
  readonly findings: readonly unknown[];
}

const CONNECTIONS = 8;

export async function measureVerify({ corpus, passes, server: options = {} }: { readonly corpus: Corpus; readonly passes: number; readonly server?: ServerOptions }): Promise<VerifyFigures> {
  const server = await MeasuredServer.start(options);
  try {
    await server.load({ corpus: corpus.folder, connections: CONNECTIONS, gzip: false, firstPass: 0, passes }).loaded;
    await server.quiet();
    const before_s = server.cpu_s;
    const beside = JSON.parse(await server.verb('verify', '--json')) as Told;
    const server_s = server.cpu_s - before_s;
    await server.end();
    const atRest = JSON.parse(await server.verb('verify', '--json')) as Told;
    return {
      spans: atRest.spans, spansPerCpuSecond: (atRest.spans / atRest.cpu_ms) * 1_000, spansPerSecond: (atRest.spans / atRest.took_ms) * 1_000,
      besideSpansPerCpuSecond: beside.spans / (beside.cpu_ms / 1_000 + server_s), findings: beside.findings.length + atRest.findings.length,
    };
  } finally {
    await server.stop();
  }
}
