/**
 * The keys of tenants as a running server shows and changes them for those who look after them: what the verbs do, beside everything else that it does. Windows are put
 * under the newest version in the background, one run for each tenant; whoever asks sees how far it is. Nothing that comes from here opens a value.
 */
import { setImmediate } from 'node:timers/promises';
import type { SealingSettings } from '#config';
import type { Actor, ControlStore, TenantKeyVersion } from '#control';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { isRefusal, type Refusal } from '#refusal';
import { sealingRootStatus, type Custody, type RewrapProgress, type Rewrapped, type SealingRootStatus, type TenantKeyStatus } from './custody.ts';

export interface KeyDeskParts {
  readonly control: Pick<ControlStore, 'findSealingRoot' | 'countKeysBehind' | 'countDestroyedKeys'>;
  readonly custody: Pick<Custody, 'status' | 'rotate' | 'rewrap' | 'retire'>;
  readonly sealing: SealingSettings;
  /** Windows could not be put under another version, after whoever asked for it was answered. */
  readonly onFailure?: (failure: unknown) => void;
  /** Rows that are counted without letting anything else happen. */
  readonly rowsAtOnce?: number;
}

export interface KeyDeskStatus extends TenantKeyStatus {
  /** Null: no windows are being put under the newest version. */
  readonly rewrapping: RewrapProgress | null;
  /** The last time that was done here it broke off; what is left stays where it is and opens as before. */
  readonly rewrapFailed: boolean;
  readonly windows: number;
  /** All that were made, those that were destroyed too. */
  readonly subjectKeys: number;
  readonly destroyed: number;
}

interface Run {
  progress: RewrapProgress;
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

interface Count {
  keys: number;
  /** The row that was counted last. */
  last: number;
}

export class KeyDesk {
  readonly #parts: KeyDeskParts;
  readonly #runs = new Map<TenantId, Run>();
  readonly #failed = new Set<TenantId>();
  readonly #counts = new Map<TenantId, Count>();
  #stopped = false;

  constructor(parts: KeyDeskParts) {
    this.#parts = parts;
  }

  get root(): SealingRootStatus {
    return sealingRootStatus(this.#parts.sealing, this.#parts.control.findSealingRoot());
  }

  async status(tenant: TenantId): Promise<KeyDeskStatus> {
    const { control, custody } = this.#parts;
    const subjectKeys = await this.#countKeys(tenant);
    const status = custody.status(tenant);
    return {
      ...status,
      rewrapping: this.#runs.get(tenant)?.progress ?? null,
      rewrapFailed: this.#failed.has(tenant),
      windows: status.versions.reduce((sum, { windows }) => sum + windows, 0),
      subjectKeys,
      destroyed: control.countDestroyedKeys(tenant),
    };
  }

  /** Refusals: those of the sealing root, key_changed. */
  rotate(tenant: TenantId, by: Actor): Promise<TenantKeyVersion | Refusal> {
    return this.#parts.custody.rotate(tenant, by);
  }

  /** Refusals: name_unknown, key_needed. */
  retire(tenant: TenantId, version: number, by: Actor): Promise<TenantKeyVersion | Refusal> {
    return this.#parts.custody.retire(tenant, version, by);
  }

  /** Resolves when it has begun for good, or is over; one that runs already goes on. Refusals: name_unknown, those of the sealing root. */
  async rewrap(tenant: TenantId, by: Actor): Promise<true | Refusal> {
    if (this.#runs.has(tenant) || this.#stopped) return true;
    const began = Promise.withResolvers<true | Refusal>();
    const stop = new AbortController();
    const done = this.#parts.custody.rewrap(tenant, {
      by,
      signal: stop.signal,
      onProgress: (progress) => {
        run.progress = progress;
        began.resolve(true);
      },
    });
    const run: Run = { progress: { done: 0, of: this.#parts.custody.status(tenant).toRewrap }, stop, ended: this.#follow(tenant, done, began) };
    this.#runs.set(tenant, run);
    return began.promise;
  }

  /** Breaks off what runs, after what it is at. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { stop } of this.#runs.values()) stop.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  async #follow(tenant: TenantId, done: Promise<Rewrapped | Refusal>, began: PromiseWithResolvers<true | Refusal>): Promise<void> {
    try {
      const end = await done;
      if (!isRefusal(end)) this.#failed.delete(tenant);
      began.resolve(isRefusal(end) ? end : true);
    } catch (failure) {
      this.#failed.add(tenant);
      this.#parts.onFailure?.(failure);
      // Whoever was answered already sees it in the status.
      began.reject(failure);
    } finally {
      this.#runs.delete(tenant);
    }
  }

  /** Rows are only ever appended, so each is counted once. */
  async #countKeys(tenant: TenantId): Promise<number> {
    const count = this.#counts.get(tenant) ?? { keys: 0, last: 0 };
    this.#counts.set(tenant, count);
    for (;;) {
      const from = count.last;
      const { keys, last } = this.#parts.control.countKeysBehind(tenant, from, this.#parts.rowsAtOnce ?? LIMITS.subject_keys_counted_at_once);
      if (last === null) return count.keys;
      count.keys += keys;
      count.last = last;
      await setImmediate();
    }
  }
}
