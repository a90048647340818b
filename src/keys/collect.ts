/**
 * node:crypto holds a private key, and what was agreed or hashed with it, in native objects that overwrite it when they are freed; that is when their wrapper is collected,
 * which on a quiet server may take hours. So a collection is asked for soon after private keys were used.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIMITS } from '#limits';

type Collect = () => void;

let collect: Collect | null = null;
let timer: NodeJS.Timeout | null = null;

/** One collection for all that is asked for until then: it holds up the thread for as long as the heap is large. */
export function collectKeyObjectsSoon(): void {
  timer ??= setTimeout(() => {
    timer = null;
    collect ??= collector();
    collect();
  }, LIMITS.key_objects_ms).unref();
}

/** V8 offers it in contexts that are made while the flag is set; nothing else here sees it. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as Collect;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
