/**
 * The public keys of one issuer, from where the operator said they are: the issuer's own description (OpenID Connect Discovery 1.0 §4), an address,
 * or a file. They are fetched when first needed, again after a while and once for a key that is not known yet, never more often than
 * a limit says. A key that left the set stops counting with the next fetch; when none succeeds for long, no key counts.
 *
 * INVARIANT: keys come from here alone. What a token says about keys (`jwk`, `jku`, `x5u`, `x5c`) is not looked at, its `kid` is only compared.
 */
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWK, type JWSHeaderParameters } from 'jose';

import type { KeySource } from '#control';
import { LIMITS } from '#limits';
import { isOnThisMachine, readHttpsAddress } from '#tls/https-address';

import { askForJson, type Ask } from './ask-issuer.ts';

/** Which members of a set count: those for signatures, or those of SPIFFE's bundles for JWT-SVIDs (SPIFFE Bundle §4.2). */
export type KeyUse = 'sig' | 'jwt-svid';

interface KeySet {
  readonly find: (header: JWSHeaderParameters) => Promise<CryptoKey>;
  readonly digest: string;
  readonly fetched: number;
}

export interface IssuerKeysOptions {
  readonly now_ms: () => number;
  readonly ask?: Ask | undefined;
  /** Hears why keys could not be fetched. */
  readonly report: (failure: unknown) => void;
}

/** No set that still counts could be had. Says nothing about the token. */
export class KeysUnavailable extends Error {}

export class IssuerKeys {
  readonly #fetch: () => Promise<unknown>;
  readonly #use: KeyUse;
  readonly #age: number;
  readonly #pause: number;
  readonly #now: () => number;
  readonly #report: (failure: unknown) => void;
  #set: KeySet | null = null;
  #version = 0;
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(issuer: string, source: KeySource, use: KeyUse, { now_ms, ask, report }: IssuerKeysOptions) {
    this.#fetch = source.at === 'file' ? async () => JSON.parse(readBounded(source.path)) as unknown : source.at === 'url' ? () => askForJson(source.url, ask) : () => described(issuer, ask);
    // A file costs nothing to look at, so its keys change without delay.
    [this.#age, this.#pause] = source.at === 'file' ? [LIMITS.issuer_key_file_ms, LIMITS.issuer_key_file_ms] : [LIMITS.issuer_keys_ms_max, LIMITS.issuer_keys_pause_ms];
    this.#use = use;
    this.#now = now_ms;
    this.#report = report;
  }

  /** Rises whenever the set has become another one: what was verified by the one before has to be verified anew. */
  get version(): number {
    return this.#version;
  }

  /** When the set at hand was fetched. */
  get fetched(): number {
    return this.#set?.fetched ?? Number.NEGATIVE_INFINITY;
  }

  /** Whether the set at hand still counts. Without waiting: one that is due is fetched behind the caller's back. */
  counts(): boolean {
    const age = this.#now() - this.fetched;
    if (age >= this.#age && this.#mayAsk()) void this.#refresh();
    return age < LIMITS.issuer_keys_stale_ms_max;
  }

  /** Fetches the set if it is due. Throws `KeysUnavailable` if there is none that counts. */
  async ready(): Promise<void> {
    if (this.#set === null || this.#now() - this.#set.fetched >= this.#age) await this.#refresh();
    this.#current();
  }

  /** For `jose`, after `ready`: the one key that the header of a token fits. Throws what `jose` throws for a header that fits none. */
  readonly find = async (header: JWSHeaderParameters): Promise<CryptoKey> => {
    try {
      return await this.#current().find(header);
    } catch (error) {
      // The issuer may have a new key. Whoever makes up key ids gets no more than one question per pause out of us.
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayAsk()) throw error;
      await this.#refresh();
      return this.#current().find(header);
    }
  };

  #current(): KeySet {
    if (this.#set === null || this.#now() - this.#set.fetched >= LIMITS.issuer_keys_stale_ms_max) throw new KeysUnavailable('cannot get the keys of the issuer');
    return this.#set;
  }

  #mayAsk(): boolean {
    return this.#now() - this.#asked >= this.#pause;
  }

  /** Everybody waits for one and the same fetch. A failure leaves the set as it is. */
  #refresh(): Promise<void> {
    if (this.#asking === null && !this.#mayAsk()) return Promise.resolve();
    this.#asking ??= this.#take().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #take(): Promise<void> {
    this.#asked = this.#now();
    try {
      const keys = readKeySet(await this.#fetch(), this.#use);
      const digest = hash('sha256', JSON.stringify(keys));
      if (digest !== this.#set?.digest) this.#version += 1;
      this.#set = { find: digest === this.#set?.digest ? this.#set.find : createLocalJWKSet({ keys }), digest, fetched: this.#now() };
    } catch (failure) {
      this.#report(failure);
    }
  }
}

/** OpenID Connect Discovery 1.0 §4.1 and §4.3: the description is below the issuer, and names it exactly. */
async function described(issuer: string, ask: Ask | undefined): Promise<unknown> {
  const description = await askForJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, ask);
  const { issuer: named, jwks_uri: place } = isObject(description) ? description : {};
  if (named !== issuer) throw new Error('cannot use the description of the issuer: it names another one');
  const url = typeof place === 'string' ? readHttpsAddress(place) : null;
  // Who describes themselves from elsewhere does not send us asking on our own machine.
  if (url === null || (isOnThisMachine(url) && !isOnThisMachine(new URL(issuer)))) throw new Error('cannot use the description of the issuer: the address of its keys is not one that is asked');
  return askForJson(url.href, ask);
}

/** RFC 7517 §5: members that are not understood are left out. The whole set is refused if it is too large, or holds anything that is secret. */
function readKeySet(value: unknown, use: KeyUse): JWK[] {
  const keys: unknown = isObject(value) ? value['keys'] : undefined;
  if (!Array.isArray(keys)) throw new Error('cannot read the keys of the issuer: there is no list of keys');
  if (keys.length > LIMITS.issuer_keys_max) throw new Error(`cannot read the keys of the issuer: more than ${LIMITS.issuer_keys_max}`);
  const known = keys.filter(isObject).filter((key) => ASYMMETRIC.includes(String(key['kty'])) && (use === 'sig' ? key['use'] === undefined || key['use'] === 'sig' : key['use'] === use));
  if (known.some((key) => SECRET_MEMBERS.some((name) => name in key))) throw new Error('cannot read the keys of the issuer: a private key is among them');
  // None at all is an answer too: the issuer has withdrawn them.
  return known.map((key) => ({ ...key, use: 'sig' })) as JSONWebKeySet['keys'];
}

const ASYMMETRIC: readonly string[] = ['RSA', 'EC', 'OKP'];
const SECRET_MEMBERS = ['d', 'p', 'q', 'priv', 'k'] as const;

function readBounded(path: string): string {
  // A pipe in its place must not hold us up.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new Error('cannot read the file of keys: it is not a file');
    const room = Buffer.alloc(LIMITS.issuer_answer_bytes_max + 1);
    const bytes = readSync(file, room, 0, room.length, 0);
    if (bytes === room.length) throw new Error(`cannot read the file of keys: it has more than ${LIMITS.issuer_answer_bytes_max} bytes`);
    return room.toString('utf8', 0, bytes);
  } finally {
    closeSync(file);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
