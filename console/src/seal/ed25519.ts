/** Ed25519 by the browser's own cryptography, which pages have only over HTTPS or from this computer. */

/** The browser cannot do it, whatever was signed. */
export class CannotVerify extends Error {}

export async function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) throw new CannotVerify('This page did not come over HTTPS, nor from this computer: browsers check no signatures then.');
  let key: CryptoKey;
  try {
    key = await subtle.importKey('raw', Uint8Array.from(publicKey), 'Ed25519', false, ['verify']);
  } catch (cause) {
    // A point that is none is refused in the same way by some, with another name.
    if (cause instanceof DOMException && cause.name === 'NotSupportedError') throw new CannotVerify('This browser does not know Ed25519: those since the spring of 2025 do.', { cause });
    return false;
  }
  return subtle.verify('Ed25519', key, Uint8Array.from(signature), Uint8Array.from(message));
}
