/**
 * The transit engine of HashiCorp Vault or OpenBao, which encrypts and decrypts under a key that never leaves it: `POST <engine>/encrypt/<key>` and `…/decrypt/<key>`
 * with texts in base64. The key must be of a kind that takes associated data (aes256-gcm96 does).
 */
import { LIMITS } from '#limits';
import { KeyFileFault, readKeyFile } from './key-file.ts';
import { copyOf } from './secret-bytes.ts';

export interface TransitPlace {
  /** Address of the engine, such as `https://vault.example.org:8200/v1/transit`: https, or http on this machine. */
  readonly url: string;
  /** Name of the key. */
  readonly key: string;
  /** A file with the token, closed to other users. */
  readonly tokenFile: string;
}

export interface TransitCipher {
  encrypt(text: Uint8Array, associated: Uint8Array): Promise<string>;
  /** Null: the engine says that it is not its own, or was changed. */
  decrypt(ciphertext: string, associated: Uint8Array): Promise<Uint8Array | null>;
}

/** The engine cannot be asked, or does not answer as one does. */
export class TransitFault extends Error {}

const TOKEN_BYTES_MAX = 8 * 1024;

export function transitCipher(place: TransitPlace): TransitCipher {
  return {
    async encrypt(text, associated) {
      const answer = await ask(place, 'encrypt', { plaintext: base64(text), associated_data: base64(associated) });
      const { ciphertext } = answer ?? {};
      if (typeof ciphertext !== 'string') throw new TransitFault('cannot encrypt with the transit engine: it gave no ciphertext');
      return ciphertext;
    },
    async decrypt(ciphertext, associated) {
      const answer = await ask(place, 'decrypt', { ciphertext, associated_data: base64(associated) });
      if (answer === null) return null;
      if (typeof answer['plaintext'] !== 'string') throw new TransitFault('cannot decrypt with the transit engine: it gave no text');
      const decoded = Buffer.from(answer['plaintext'], 'base64');
      const bytes = copyOf(decoded);
      decoded.fill(0);
      return bytes;
    },
  };
}

/** The `data` of an answer; null for a 400 to what was to be decrypted. The token is read each time, so that a renewed one is used. */
async function ask({ url, key, tokenFile }: TransitPlace, what: 'encrypt' | 'decrypt', body: object): Promise<Readonly<Record<string, unknown>> | null> {
  const token = readKeyFile(tokenFile, 'token of sealing-transit-url', TOKEN_BYTES_MAX);
  if (!/^[!-~]+$/.test(token)) throw new KeyFileFault('cannot use the token of sealing-transit-url: its file does not hold one line of printable characters');
  const signal = AbortSignal.timeout(LIMITS.transit_answer_ms_max);
  let status: number;
  let text: string;
  try {
    // A redirect would take key and token somewhere that nobody configured.
    const answer = await fetch(`${url.replace(/\/$/, '')}/${what}/${encodeURIComponent(key)}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-vault-token': token, 'x-vault-request': 'true' }, signal, redirect: 'error' });
    ({ status } = answer);
    text = await readBounded(answer);
  } catch (cause) {
    throw new TransitFault('cannot reach the transit engine of sealing-transit-url', { cause });
  }
  if (status === 400 && what === 'decrypt') return null;
  if (status !== 200) throw new TransitFault(`cannot ${what} with the transit engine: the answer was ${status}`);
  const answer = parsed(text);
  if (answer === null) throw new TransitFault(`cannot ${what} with the transit engine: the answer is not what one says`);
  return answer;
}

async function readBounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > LIMITS.transit_answer_bytes_max) throw new Error(`cannot read an answer longer than ${LIMITS.transit_answer_bytes_max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const data = isObject(value) ? value['data'] : null;
    return isObject(data) ? data : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
