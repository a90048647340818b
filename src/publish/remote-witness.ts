/**
 * A witness as the log sees it: sends it checkpoints with a proof from what it cosigned last, believes its cosignatures only when they hold, and
 * keeps away from it for a while when it fails. That it refuses a proof of ours is no failure but the finding it is there for.
 */
import type { NewFinding } from '#findings';
import { isFlaw, openNote, parseNote, parseSignatures, type NoteSignature, type Verifier } from '#merkle';
import { verifyNatively } from '#keys/signing';
import { LIMITS } from '#limits';
import type { ClientTls } from '#tls';
import { printSubmission } from '#witness';
import { post, type Exchanged } from './exchange.ts';

/** One witness: somebody at an address, with one key or several. */
export interface WitnessSetting {
  readonly url: string;
  readonly keys: readonly Verifier[];
}

/** What a witness would not cosign: another history than the one it knows, or one that is shorter. */
export interface WitnessRefusal {
  readonly witness: string;
  readonly kind: 'fork' | 'rollback';
  /** Of the checkpoint that it refused. */
  readonly size: number;
  /** What it says that it cosigned last. */
  readonly cosigned: number;
}

export interface WitnessStatus {
  /** The name of its first key. */
  readonly name: string;
  readonly host: string;
  readonly state: 'waiting' | 'cosigned' | 'failing' | 'refused';
  /** Size and time of the last cosignature that held. */
  readonly size: number | null;
  readonly cosigned: string | null;
  /** Why there is no newer one, in words. */
  readonly failure: string | null;
}

/** What it takes of a log to speak to a witness. */
export interface ProvableLog {
  /** Null if there are no such sizes. */
  consistency(from: number, to: number): readonly Uint8Array[] | null;
}

export interface SignedTree {
  readonly note: string;
  readonly size: number;
}

const CONFLICTS_MAX = 2;

/** What is told of a refusal. It concerns the whole deployment. */
export function witnessRefused({ witness, kind, size, cosigned }: WitnessRefusal): NewFinding {
  const fork = kind === 'fork';
  return {
    tenant: null,
    analytic: { uid: 'integrity.witness', name: 'Witnesses of the log', type_id: 1 },
    subject: `${kind} ${witness}`,
    severity_id: 5,
    title: fork ? 'A witness knows another history of the log' : 'A witness has seen more of the log than there is',
    message: fork
      ? `The witness ${witness} has cosigned size ${cosigned} and refuses size ${size}, which does not continue it: the log was changed, or somebody else signs with its key.`
      : `The witness ${witness} has cosigned size ${cosigned} and refuses size ${size}: entries of the log are gone, as when an older copy of the data is put back.`,
    evidences: [{ entry: fork ? cosigned : size }],
    resources: [{ type: 'witness', uid: witness }],
  };
}

export class RemoteWitness {
  readonly #url: string;
  readonly #host: string;
  readonly #keys: readonly Verifier[];
  readonly #now_ms: () => number;
  readonly #answer_ms: number;
  readonly #tls: Pick<ClientTls, 'agent'>;
  readonly #onRefused: (refusal: WitnessRefusal) => void;
  /** What it cosigned last, as far as is known: the size 0 makes it say so. */
  #has = 0;
  #last: { readonly size: number; readonly time_s: number } | null = null;
  #failures = 0;
  #due_ms = 0;
  #failure: string | null = null;
  #refusal: WitnessRefusal | null = null;

  constructor({ url, keys }: WitnessSetting, tls: Pick<ClientTls, 'agent'>, onRefused: (refusal: WitnessRefusal) => void, now_ms: () => number, answer_ms: number = LIMITS.witness_answer_ms_max) {
    const base = new URL(url.endsWith('/') ? url : `${url}/`);
    this.#url = new URL('add-checkpoint', base).href;
    this.#host = base.host;
    this.#keys = keys;
    this.#tls = tls;
    this.#onRefused = onRefused;
    this.#now_ms = now_ms;
    this.#answer_ms = answer_ms;
  }

  get name(): string {
    return this.#keys[0]?.name ?? this.#host;
  }

  /** When it may be asked again. */
  get due_ms(): number {
    return this.#due_ms;
  }

  /** Whether it has cosigned the tree of this size. */
  has(size: number): boolean {
    return this.#last?.size === size;
  }

  status(): WitnessStatus {
    const state = this.#refusal !== null ? 'refused' : this.#failure !== null ? 'failing' : this.#last === null ? 'waiting' : 'cosigned';
    const cosigned = this.#last === null ? null : new Date(this.#last.time_s * 1000).toISOString();
    return { name: this.name, host: this.#host, state, size: this.#last?.size ?? null, cosigned, failure: this.#failure };
  }

  /** The cosignatures of a checkpoint, or null: `status` says why. Never throws. */
  async cosign(tree: SignedTree, log: ProvableLog, stopped: AbortSignal): Promise<readonly NoteSignature[] | null> {
    try {
      return await this.#cosign(tree, log, stopped);
    } catch (error) {
      // A stop is not the fault of the witness.
      if (!stopped.aborted) this.#failed(error instanceof Error && error.message.startsWith('cannot ') ? error.message : 'cannot be asked');
      return null;
    }
  }

  async #cosign(tree: SignedTree, log: ProvableLog, stopped: AbortSignal): Promise<readonly NoteSignature[] | null> {
    for (let conflicts = 0; ; conflicts++) {
      const proof = this.#has === 0 || this.#has === tree.size ? [] : log.consistency(this.#has, tree.size);
      // It has cosigned more than there is.
      if (proof === null) return this.#refused('rollback', tree.size);
      const { status, body } = await post(this.#url, printSubmission(this.#has, proof, tree.note), { answer_ms: this.#answer_ms, stopped, agent: this.#tls.agent() });
      if (status === 200) return this.#accepted(tree, body);
      if (status === 422) return this.#refused('fork', tree.size);
      const told = status === 409 ? sizeIn(body) : null;
      if (told === null) return this.#failed(sentenceOf(status));
      if (told === this.#has || conflicts === CONFLICTS_MAX) return this.#failed('cannot agree with it on the size that it cosigned last');
      this.#has = told;
    }
  }

  /** Only what its own keys have signed, over this very checkpoint and at a time, counts; one false line and nothing does. */
  #accepted({ note, size }: SignedTree, body: Exchanged['body']): readonly NoteSignature[] | null {
    const parsed = parseNote(Buffer.from(note));
    const lines = parseSignatures(Buffer.from(body).toString('utf8'));
    if (isFlaw(parsed) || isFlaw(lines)) return this.#failed('cannot read its answer as cosignatures');
    const opened = openNote({ text: parsed.text, signatures: lines }, this.#keys, verifyNatively);
    if (isFlaw(opened)) return this.#failed(opened.flaw === 'signature_missing' ? 'cannot find a cosignature of its configured keys in its answer' : 'cannot accept its cosignature: it is false');
    const [time_s = 0] = opened.claims.map((claim) => claim.time_s ?? 0).sort((one, other) => one - other);
    if (time_s === 0) return this.#failed('cannot accept its cosignature: it says no time');
    this.#has = size;
    this.#last = { size, time_s };
    this.#failures = 0;
    this.#due_ms = 0;
    this.#failure = null;
    this.#refusal = null;
    const signed = opened.claims.map(({ verifier }) => verifier);
    return signed.flatMap(({ name, keyId }) => lines.find((line) => line.name === name && line.keyId === keyId) ?? []);
  }

  #refused(kind: WitnessRefusal['kind'], size: number): null {
    const before = this.#refusal;
    this.#refusal = { witness: this.name, kind, size, cosigned: this.#has };
    this.#later();
    this.#failure =
      kind === 'fork'
        ? `It refuses the checkpoint of size ${size}: it does not continue the one of size ${this.#has} that it cosigned.`
        : `It refuses the checkpoint of size ${size}: it has cosigned one of size ${this.#has}, so entries of this log are gone.`;
    if (before?.kind !== kind) this.#onRefused(this.#refusal);
    return null;
  }

  #failed(sentence: string): null {
    this.#failure = sentence;
    this.#later();
    return null;
  }

  #later(): void {
    this.#due_ms = this.#now_ms() + Math.min(LIMITS.witness_backoff_ms_max, 1_000 * 2 ** Math.min(this.#failures, 20));
    this.#failures++;
  }
}

function sizeIn(body: Uint8Array): number | null {
  const size = Number(/^(0|[1-9]\d{0,15})\n$/.exec(Buffer.from(body.subarray(0, 32)).toString('latin1'))?.[1]);
  return body.length <= 32 && Number.isSafeInteger(size) ? size : null;
}

const SENTENCES: Readonly<Record<number, string>> = {
  400: 'cannot read what it was sent, it says (400)',
  401: 'cannot be asked without a client certificate that it trusts, it says (401): it is shown the one of the setting tls-cert',
  403: 'cannot verify the signatures of this log with the keys it was given, it says (403)',
  404: 'cannot find this log among those it follows, it says (404): its operator must add the keys of this log',
  409: 'cannot read its answer: it says 409 without a size',
};

function sentenceOf(status: number): string {
  if (status >= 300 && status < 400) return `cannot follow its redirect (${status}): configure the address it leads to`;
  return SENTENCES[status] ?? `cannot cosign, it says (${status})`;
}
