/** The console in a real Chromium, measured by test/browser/first-load.ts in a process of its own, because what it runs inside pages knows the DOM. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Summary, summaryOf } from './summary.ts';

export interface ConsoleFigures {
  readonly codeBytes: number;
  readonly fontBytes: number;
  readonly search: Summary;
  readonly trace: Summary;
  readonly bigTrace: Summary;
}

interface FirstLoad {
  readonly codeBytes: number;
  readonly fontBytes: number;
  readonly search_ms: readonly number[];
  readonly trace_ms: readonly number[];
  readonly bigTrace_ms: readonly number[];
}

const MEASURE = join(import.meta.dirname, '..', 'test', 'browser', 'first-load.ts');
const MS_MAX = 300_000;

export async function measureConsole(): Promise<ConsoleFigures> {
  const { NODE_TEST_CONTEXT: _runner, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [MEASURE], { timeout: MS_MAX, maxBuffer: 1 << 20, env: { ...env, UV_THREADPOOL_SIZE: '16' } });
  const line = stdout.split('\n').find((one) => one.startsWith('{"firstLoad":'));
  if (line === undefined) throw new Error('cannot read the figures of the console');
  const { firstLoad } = JSON.parse(line) as { readonly firstLoad: FirstLoad };
  const { codeBytes, fontBytes, search_ms, trace_ms, bigTrace_ms } = firstLoad;
  return { codeBytes, fontBytes, search: summaryOf(search_ms), trace: summaryOf(trace_ms), bigTrace: summaryOf(bigTrace_ms) };
}
