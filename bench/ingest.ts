/**
 * Ingest: the whole corpus over some connections into an empty server. Its CPU counts from the first request until the server is quiet again,
 * merges included, so work put off is not work saved.
 */
import type { Corpus } from './corpus.ts';
import type { Loaded } from './load.ts';
import { ThreadTimes } from './proc.ts';
import { MeasuredServer, type ServerOptions } from './server.ts';

export interface IngestOptions {
  readonly corpus: Corpus;
  readonly connections: number;
  readonly gzip: boolean;
  readonly server?: ServerOptions;
}

export interface Ingest {
  readonly connections: number;
  readonly gzip: boolean;
  readonly loaded: Loaded;
  readonly cpuSecondsPerMillion: number;
  readonly spansPerCpuSecond: number;
  /** Of the server, until the last acknowledgement. */
  readonly cpuSecondsUnderLoad: number;
  readonly cpuSecondsByThread: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
  readonly diskBytesPerSpan: number;
  /** False: it never came to rest, and the figures are too low. */
  readonly quiet: boolean;
  readonly stored: number;
}

export async function measureIngest({ corpus, connections, gzip, server: options = {} }: IngestOptions): Promise<Ingest> {
  const server = await MeasuredServer.start(options);
  try {
    await server.quiet();
    const threads = new ThreadTimes(server.pid);
    const before_s = server.cpu_s;
    const loaded = await server.load({ corpus: corpus.folder, connections, gzip, firstPass: 0, passes: 1 }).loaded;
    const cpuSecondsUnderLoad = server.cpu_s - before_s;
    const quiet = await server.quiet();
    const cpu_s = server.cpu_s - before_s;
    const cpuSecondsByThread = threads.seconds();
    const diskBytes = await server.diskBytes();
    const { totals } = (await server.ask('/api/v1/accounting')).json as { totals: { stored: number } };
    return {
      connections, gzip, loaded, quiet, cpuSecondsUnderLoad, cpuSecondsByThread,
      cpuSecondsPerMillion: (cpu_s / loaded.spans) * 1e6,
      spansPerCpuSecond: loaded.spans / cpu_s,
      peakMemoryBytes: server.peakMemoryBytes,
      diskBytesPerSpan: diskBytes / loaded.spans,
      stored: totals.stored,
    };
  } finally {
    await server.stop();
  }
}
