/**
 * The windows of this process: one per tenant and hour, made when it is needed first, stored durably and then used. Its key is in memory while the hour lasts and is
 * overwritten after, here and, as they are told, in the workers. What was sealed under it is then opened by the sealing root alone.
 */
import type { TenantKeyVersion } from '#control';
import { encapsulateWindow, HeldWindows, hourOf, randomKey, WINDOW_MS, wipe, type HeldWindow } from '#keys';
import type { TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { Custody, KeyStore } from './custody.ts';

export interface ProcessWindowsParts {
  readonly control: Pick<KeyStore, 'addWindow'>;
  readonly custody: Pick<Custody, 'ensureKey'>;
  readonly now_ms?: () => number;
  /** Keys of other hours than this one are gone here, and have to go wherever they were handed to. Null: all are. */
  readonly over?: (hour: number | null) => void;
}

export class ProcessWindows {
  readonly #parts: ProcessWindowsParts;
  readonly #now_ms: () => number;
  readonly #held = new HeldWindows();
  readonly #making = new Map<TenantId, Promise<HeldWindow | Refusal>>();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(parts: ProcessWindowsParts) {
    this.#parts = parts;
    this.#now_ms = parts.now_ms ?? Date.now;
  }

  /** The tenant's window of this hour, if it has been made. */
  find(tenant: TenantId): HeldWindow | null {
    return this.#held.find(tenant, this.#now_ms());
  }

  /** All that there are, for a worker that starts. */
  get held(): readonly HeldWindow[] {
    return this.#held.all();
  }

  /** Made and durable when resolved. Refusals: those of the sealing root, for a tenant that has no key pair yet; draining. */
  async ensure(tenant: TenantId): Promise<HeldWindow | Refusal> {
    const found = this.find(tenant);
    if (found !== null) return found;
    const making = this.#making.get(tenant) ?? this.#make(tenant).finally(() => this.#making.delete(tenant));
    this.#making.set(tenant, making);
    return making;
  }

  /** Overwrites everything. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held.forget(null);
    this.#parts.over?.(null);
  }

  async #make(tenant: TenantId): Promise<HeldWindow | Refusal> {
    if (this.#stopped) return refuse('draining');
    const known = await this.#parts.custody.ensureKey(tenant);
    if (isRefusal(known)) return known;
    const hour = hourOf(this.#now_ms());
    const key = randomKey();
    try {
      const window = await this.#parts.control.addWindow({ tenant, hour }, (place, { version, publicKey }: TenantKeyVersion) => encapsulateWindow(place, key, version, Buffer.from(publicKey, 'base64')));
      if (window === null) throw new Error('cannot make a window: the key pair of its tenant is gone');
      if (this.#stopped) {
        wipe(key);
        return refuse('draining');
      }
      const held = { id: window.id, key, tenant, hour };
      this.#held.hold(held);
      // Not only when the timer looks: whoever seals in an hour holds nothing of the one before.
      this.expire();
      this.#watch();
      return held;
    } catch (failure) {
      wipe(key);
      throw failure;
    }
  }

  /** Looks at the end of the hour, by a clock that people may set. */
  #watch(): void {
    if (this.#timer !== null || this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.expire();
      if (this.#held.all().length > 0) this.#watch();
    }, Math.min(WINDOW_MS - (this.#now_ms() % WINDOW_MS) + 1, LOOK_MS));
    this.#timer.unref();
  }

  /** Overwrites the keys of hours that are over. */
  expire(): void {
    const hour = hourOf(this.#now_ms());
    if (this.#held.forget(hour).length > 0) this.#parts.over?.(hour);
  }
}

/** Timers do not run while a machine sleeps. */
const LOOK_MS = 60_000;
