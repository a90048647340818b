/**
 * The window keys that a thread has in memory: by tenant, the newest last. What was handed over before the hour ended is sealed under the hour's key, so that stays until
 * it is told that the hour is over; then it is overwritten.
 */
import type { TenantId } from '#model';
import { wipe } from './secret-bytes.ts';
import { hourOf, type WindowKey, type WindowKeys } from './window-keys.ts';

/** A window's key in memory. */
export interface HeldWindow extends WindowKey {
  readonly tenant: TenantId;
  /** Hours since 1970. */
  readonly hour: number;
}

export class HeldWindows implements WindowKeys {
  readonly #held = new Map<TenantId, HeldWindow[]>();

  hold(window: HeldWindow): void {
    const windows = this.#held.get(window.tenant) ?? [];
    windows.push(window);
    this.#held.set(window.tenant, windows);
  }

  /** Of this hour; null if there is none. */
  find(tenant: TenantId, now_ms: number): HeldWindow | null {
    return this.#held.get(tenant)?.findLast(({ hour }) => hour === hourOf(now_ms)) ?? null;
  }

  /** Of this hour, or the newest: what came just before the hour ended is sealed just after. */
  current(tenant: TenantId, now_ms: number): HeldWindow {
    const window = this.find(tenant, now_ms) ?? this.#held.get(tenant)?.at(-1);
    if (window === undefined) throw new Error('cannot seal: the tenant has no key for this hour');
    return window;
  }

  all(): readonly HeldWindow[] {
    return [...this.#held.values()].flat();
  }

  /** Wipes those of other hours; their ids. Without an hour: all of them. */
  forget(hour: number | null): readonly number[] {
    const over = this.all().filter((window) => window.hour !== hour);
    for (const { key } of over) wipe(key);
    for (const [tenant, windows] of this.#held) {
      const left = windows.filter((window) => window.hour === hour);
      if (left.length === 0) this.#held.delete(tenant);
      else this.#held.set(tenant, left);
    }
    return over.map(({ id }) => id);
  }
}
