/** The built console, brought up to date. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { takeTurn } from './turn.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUILD_MS_MAX = 120_000;

/** Builds `console/dist` if its sources changed; whoever comes second finds it done. */
export async function buildConsole(): Promise<void> {
  const leave = await takeTurn('console-build', 1);
  try {
    await promisify(execFile)(process.execPath, [join(ROOT, 'tools/console.ts')], { cwd: ROOT, timeout: BUILD_MS_MAX, killSignal: 'SIGKILL' });
  } catch (cause) {
    throw new Error('cannot build the console', { cause });
  } finally {
    leave();
  }
}
