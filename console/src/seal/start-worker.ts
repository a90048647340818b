/**
 * Starts the worker that verifies. Trusted Types let no text become the address of a worker; the one policy that the console port allows gives out this address and no other.
 */
import address from './worker.ts?worker&url';

interface TrustedTypes {
  createPolicy(name: string, rules: { readonly createScriptURL: (text: string) => string }): { createScriptURL(text: string): string };
}

/** Created once: the policy of the page lets nobody make a second one. */
let trusted: string | null = null;

export function startWorker(): Worker {
  trusted ??= trust();
  return new Worker(trusted, { type: 'module', name: 'seal' });
}

function trust(): string {
  const types = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes;
  if (types === undefined) return address;
  const policy = types.createPolicy('tracekeep-worker', {
    createScriptURL: (text) => {
      if (text !== address) throw new TypeError('cannot start a worker: not the address of the verifier');
      return text;
    },
  });
  return policy.createScriptURL(address);
}
