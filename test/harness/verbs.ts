/**
 * The command line without a process: for verbs that ask a running server or change control data, after a process has shown once that the verb is one. A process
 * costs a fifth of a second of CPU or more. Not for what opens the store itself, reads standard input or stays.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { runCommandLine } from '#commands';
import { inTurn } from './credentials.ts';
import type { Done } from './harness.ts';

interface Said {
  stdout: string;
  stderr: string;
  ended: boolean;
}

const running = new AsyncLocalStorage<Said>();
let isListening = false;

/** What `tracekeep(words)` gives, in this process. */
export async function verbHere(words: readonly string[]): Promise<Done> {
  listen();
  const said: Said = { stdout: '', stderr: '', ended: false };
  const code = await inTurn(() => running.run(said, () => runCommandLine(words)));
  said.ended = true;
  return { code, stdout: said.stdout, stderr: said.stderr };
}

/** What a verb does to its process it does to this one, where that is not this one's own. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  process.umask(0o077);
  // Or a verb would replace this process by one with threads enough for the engine.
  process.env['UV_THREADPOOL_SIZE'] ??= '16';
  for (const name of ['stdout', 'stderr'] as const) {
    const write = process[name].write.bind(process[name]);
    process[name].write = ((...args: Parameters<typeof write>) => {
      const said = running.getStore();
      if (said === undefined) return write(...args);
      said[name] += String(args[0]);
      return true;
    }) as typeof write;
  }
  const exit = process.exit.bind(process);
  process.exit = ((code?: number) => {
    const said = running.getStore();
    if (said === undefined) return exit(code);
    if (!said.ended) throw new Error('this verb needs a process of its own');
  }) as typeof exit;
}
