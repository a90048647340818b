/**
 * Publishes the log: signs the tree as it grew, at most once a second, has witnesses cosign the checkpoint, and keeps the one that everybody is
 * shown. With a quorum, a checkpoint that too few witnesses cosigned is never shown; the last one that had enough stays.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaceFile, FILES, type Files } from '#files';
import { sha256 } from '#keys/signing';
import { flawText, isFlaw, parseNote, parseVkey, printNote, printVkey, sameBytes, type NoteSignature } from '#merkle';
import { LIMITS } from '#limits';
import { ClientTls } from '#tls';
import { openPublished, readPublished, showPublished, type Published, type PublishedShown } from './published.ts';
import { RemoteWitness, type ProvableLog, type WitnessRefusal, type WitnessSetting, type WitnessStatus } from './remote-witness.ts';

export { readPublished, showPublished, type Published } from './published.ts';
export { witnessRefused, type WitnessRefusal, type WitnessSetting, type WitnessStatus } from './remote-witness.ts';

/** The log, as its door gives it. */
export interface PublishedLog extends ProvableLog {
  readonly origin: string;
  /** Of the tree whose entries are durable. */
  readonly size: number;
  root(size: number): Uint8Array;
  vkeys(): readonly string[];
  /** Signs the tree as it is; durable before it is given. */
  sign(): Promise<{ readonly note: string; readonly size: number; readonly root: Uint8Array }>;
}

export interface PublisherParts {
  readonly log: PublishedLog;
  /** Where the published checkpoint is kept. */
  readonly folder: string;
  readonly witnesses: readonly WitnessSetting[];
  /** How those at https addresses are spoken to. */
  readonly tls?: Pick<ClientTls, 'agent'>;
  /** So many of the witnesses must have cosigned before a checkpoint is published; 0: none. */
  readonly quorum: number;
  /** Each time a witness begins to refuse this log. */
  readonly onWitnessRefused: (refusal: WitnessRefusal) => void;
  readonly onFailure: (what: string, failure: unknown) => void;
  readonly files?: Files;
  readonly now_ms?: () => number;
  readonly interval_ms?: number;
  /** How long a witness has for an answer. */
  readonly answer_ms?: number;
}

export interface PublisherStatus {
  readonly origin: string;
  readonly vkeys: readonly string[];
  /** Entries that are durable. */
  readonly size: number;
  readonly published: PublishedShown | null;
  readonly quorum: number;
  /** Why the published checkpoint does not advance, in words; null if it does. */
  readonly held: string | null;
  readonly witnesses: readonly WitnessStatus[];
}

const FILE = 'published';

/** The witnesses of the settings: keys of one address belong to one, which counts once for a quorum. */
export function witnessesOf(settings: readonly { readonly key: string; readonly url: string }[]): WitnessSetting[] {
  return [...Map.groupBy(settings, ({ url }) => url)].map(([url, keys]) => ({
    url,
    keys: keys.map(({ key }) => {
      const verifier = parseVkey(sha256, key);
      if (isFlaw(verifier)) throw new Error(`cannot use the key of a witness: ${flawText(verifier)}`);
      return verifier;
    }),
  }));
}

export class Publisher {
  readonly #parts: PublisherParts;
  readonly #witnesses: readonly RemoteWitness[];
  readonly #now_ms: () => number;
  readonly #stopping = new AbortController();
  readonly #hurry = new AbortController();
  #published: Published | null;
  #signed: { readonly note: string; readonly size: number; readonly root: Uint8Array } | null = null;
  /** Of what was signed last, by witness. */
  #cosignatures = new Map<RemoteWitness, readonly NoteSignature[]>();
  #told = '';
  #running: Promise<void> = Promise.resolve();

  private constructor(parts: PublisherParts, published: Published | null) {
    this.#parts = parts;
    this.#published = published;
    this.#now_ms = parts.now_ms ?? Date.now;
    const { tls = ClientTls.open({ ca: null, own: null }) } = parts;
    this.#witnesses = parts.witnesses.map((setting) => new RemoteWitness(setting, tls, parts.onWitnessRefused, this.#now_ms, parts.answer_ms));
  }

  /** Begins with what was published last, if that is still part of the log. */
  static open(parts: PublisherParts): Publisher {
    const { log, folder, onFailure } = parts;
    if (parts.witnesses.some(({ keys }) => keys.some((key) => log.vkeys().includes(printVkey(key))))) throw new Error('cannot let the log witness itself: the setting witness names a key of its own');
    let published: Published | null = null;
    try {
      published = readPublished(join(folder, FILE), log.origin, log.vkeys());
      if (published !== null && (published.size > log.size || !sameBytes(published.root, log.root(published.size)))) throw new Error('cannot go on from the published checkpoint: the log does not contain it');
    } catch (error) {
      published = null;
      onFailure('cannot go on from the published checkpoint', error);
    }
    return new Publisher(parts, published);
  }

  /** What everybody is shown; null before the first. */
  get published(): Published | null {
    return this.#published;
  }

  status(): PublisherStatus {
    const { log, quorum } = this.#parts;
    const { origin, size } = log;
    return { origin, vkeys: log.vkeys(), size, published: showPublished(this.#published), quorum, held: this.#held(), witnesses: this.#witnesses.map((witness) => witness.status()) };
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Publishes the tree as it is, for which witnesses have a moment; then does nothing more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#hurry.abort(), LIMITS.checkpoint_stop_ms_max);
    await this.#running;
    await this.round();
    clearTimeout(timer);
    this.#hurry.abort();
  }

  /** Signs if the log grew, asks the witnesses whose cosignature is missing and who may be asked, and publishes what has enough of them. */
  async round(): Promise<void> {
    const { log, quorum } = this.#parts;
    try {
      if (this.#signed?.size !== log.size) {
        this.#signed = await log.sign();
        this.#cosignatures = new Map();
      }
      const tree = this.#signed;
      const reached = Promise.withResolvers<void>();
      const asked = this.#witnesses.filter((witness) => !this.#cosignatures.has(witness) && witness.due_ms <= this.#now_ms());
      const all = Promise.all(
        asked.map(async (witness) => {
          const signatures = await witness.cosign(tree, log, this.#hurry.signal);
          if (signatures !== null) this.#cosignatures.set(witness, signatures);
          if (quorum > 0 && this.#cosignatures.size >= quorum) reached.resolve();
        }),
      );
      const grace = new AbortController();
      const waited = quorum > 0 ? reached.promise : sleep(LIMITS.witness_grace_ms, undefined, { signal: grace.signal }).catch(() => undefined);
      await Promise.race([all, waited]);
      grace.abort();
      await this.#publish();
      await all;
      await this.#publish();
      this.#told = '';
    } catch (failure) {
      // Tried again each second, and said once.
      const text = failure instanceof Error ? failure.message : 'unknown';
      if (text !== this.#told) this.#parts.onFailure('cannot publish the log', failure);
      this.#told = text;
    }
  }

  async #run(): Promise<void> {
    const { interval_ms = LIMITS.checkpoint_interval_ms } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      const began = performance.now();
      await this.round();
      await sleep(Math.max(0, interval_ms - (performance.now() - began)), undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  async #publish(): Promise<void> {
    const { quorum, log, folder, files = FILES } = this.#parts;
    if (this.#signed === null || this.#cosignatures.size < quorum) return;
    const { note: text } = this.#signed;
    const signed = parseNote(Buffer.from(text));
    if (isFlaw(signed)) throw new Error('cannot read the signed checkpoint');
    const cosignatures = this.#witnesses.flatMap((witness) => this.#cosignatures.get(witness) ?? []);
    const note = printNote(signed.text, [...signed.signatures, ...cosignatures]);
    if (isFlaw(note)) throw new Error('cannot print the published checkpoint');
    if (note === this.#published?.note) return;
    const published = openPublished(note, log.origin, log.vkeys());
    await replaceFile(files, join(folder, FILE), Buffer.from(note));
    this.#published = published;
  }

  #held(): string | null {
    const { quorum, log } = this.#parts;
    if (quorum === 0 || this.#published?.size === log.size || this.#cosignatures.size >= quorum) return null;
    return `${this.#cosignatures.size} of the ${quorum} witnesses that are needed have cosigned size ${this.#signed?.size ?? 0}; the published checkpoint stays until then.`;
  }
}
