/** Turns among all processes of a machine: so many at once, the others wait. */
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whoever has a turn may run several test files. */
const WAIT_MS_MAX = 600_000;

/** Waits for a turn, which ends with this process or when the answer is called. */
export async function takeTurn(what: string, atOnce: number): Promise<() => void> {
  // Elsewhere nobody waits: such a machine is one person's.
  if (process.platform !== 'linux') return () => undefined;
  const end = performance.now() + WAIT_MS_MAX;
  for (;;) {
    for (let slot = 0; slot < atOnce; slot++) {
      const held = await hold(`tracekeep-${what}-${process.getuid?.() ?? 0}-${slot}`);
      if (held !== null) return () => held.close();
    }
    if (performance.now() > end) throw new Error(`cannot get a turn for ${what}: others held them all the time`);
    await sleep(100 + Math.random() * 100);
  }
}

/** Listens on a name of Linux's abstract sockets, which the kernel gives free when the process ends in whatever way; null if taken. */
function hold(name: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(new Error('cannot wait for a turn', { cause: error }))));
    server.listen({ path: `\0${name}` }, () => resolve(server));
    server.unref();
  });
}
