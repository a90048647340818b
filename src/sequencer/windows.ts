/**
 * Windows for the workers: whether what a tenant sends can be sealed now, and the key of the hour, made and handed to them where they have none. Nobody needs one while no
 * policy seals.
 */
import type { HeldWindow } from '#keys';
import type { Secret, TenantId } from '#model';
import { sealsAnything } from '#policy';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { SubjectKeyStore } from './key-rows.ts';
import type { WorkerPolicy } from './lanes.ts';

/** Where keys come from under which workers seal. */
export interface WindowSource {
  /** The tenant's window of this hour, if it has been made. */
  find(tenant: TenantId): HeldWindow | null;
  /** Made and durable when resolved. */
  ensure(tenant: TenantId): Promise<HeldWindow | Refusal>;
  readonly held: readonly HeldWindow[];
}

/** What values are sealed with. */
export interface Sealing {
  /** Parent of the keys of tokens. */
  readonly tokenKey: Secret<Uint8Array>;
  readonly windows: WindowSource;
  /** Where the keys of what was sealed are kept. */
  readonly subjectKeys: SubjectKeyStore;
}

export interface WorkerWindowsParts {
  /** Null: nothing can be sealed, and no policy that wants it can be used. */
  readonly source: WindowSource | null;
  readonly document: WorkerPolicy['document'];
  /** Gives it to all workers, behind what they were given. */
  readonly hand: (window: HeldWindow) => void;
  readonly failed: (what: string, error: unknown) => void;
}

export class WorkerWindows {
  readonly #parts: Omit<WorkerWindowsParts, 'document'>;
  /** Whether the policy in force seals, or one that is about to come in force. */
  #needed: boolean;
  /** Of each tenant, the window that the workers were given last. */
  readonly #handed = new Map<TenantId, number>();

  constructor({ document, ...parts }: WorkerWindowsParts) {
    this.#parts = parts;
    this.#needed = sealsAnything(document);
    if (this.#needed && parts.source === null) throw new Error('cannot use a policy that seals: there is nothing to seal with');
  }

  /** Brings a policy in force by `use`: what is handed over meanwhile may be taken under either. */
  async whileUsing<Outcome extends string>(document: WorkerPolicy['document'], use: () => Promise<Outcome>): Promise<Outcome | 'unusable'> {
    const before = this.#needed;
    const after = sealsAnything(document);
    if (after && this.#parts.source === null) return 'unusable';
    this.#needed ||= after;
    let needed = before;
    try {
      const outcome = await use();
      if (outcome === 'used') needed = after;
      return outcome;
    } finally {
      this.#needed = needed;
    }
  }

  /** Whether the workers have a key of this hour for the tenant, if they need one. */
  canSeal(tenant: TenantId): boolean {
    if (!this.#needed) return true;
    const window = this.#parts.source?.find(tenant) ?? null;
    if (window === null) return false;
    if (this.#handed.get(tenant) !== window.id) this.#parts.hand(window);
    this.#handed.set(tenant, window.id);
    return true;
  }

  /** Has one made. Null: it is there. Refusals: store_unavailable. */
  async ensure(tenant: TenantId): Promise<Refusal | null> {
    const { source, failed } = this.#parts;
    try {
      const window = (await source?.ensure(tenant)) ?? refuse('sealing_root_absent');
      if (!isRefusal(window)) return null;
      failed(`cannot seal what producers send: ${window.refused}`, null);
    } catch (failure) {
      failed('cannot make a window key', failure);
    }
    return refuse('store_unavailable', 'no key to seal with');
  }
}
