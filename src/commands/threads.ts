/**
 * Threads for the engine: chDB blocks a thread of libuv's pool for each statement, and the pool's size can only be chosen before the
 * process starts. A process that has the default of four becomes one that has enough.
 */

const POOL_THREADS = 16;

/** Returns if somebody chose the number; otherwise replaces this process by itself with enough. Call it before anything is opened. */
export function ensureThreads(): void {
  if (process.env['UV_THREADPOOL_SIZE'] !== undefined || process.execve === undefined) return;
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], { ...process.env, UV_THREADPOOL_SIZE: String(POOL_THREADS) });
}
