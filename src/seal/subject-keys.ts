/**
 * The keys that a worker seals with: one for each person and window, and one of each window for what belongs to nobody in particular. They are made here, wrapped at
 * once by the key of the window, and forgotten when the window is over; what is left of them are rows, which are durable before the first block that needs them is.
 */
import { randomFillSync } from 'node:crypto';
import { newSubjectKey, SEAL_KEY_ID_BYTES, SealingKey, type Tokens, wipe, type WindowKey, wrapSubjectKey } from '#keys';
import { LIMITS } from '#limits';
import type { SubjectKeyRow, TenantId } from '#model';

interface Window {
  readonly key: WindowKey;
  readonly keys: Map<string, SealingKey>;
}

export class SubjectKeys {
  readonly #tokens: Tokens;
  readonly #windows = new Map<TenantId, Window>();
  #rows: SubjectKeyRow[] = [];

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** The window of a tenant from now on. The keys of the one before are wiped. */
  begin(tenant: TenantId, key: WindowKey): void {
    const before = this.#windows.get(tenant);
    if (before?.key.id === key.id) return;
    if (before !== undefined) this.end(before.key.id);
    this.#windows.set(tenant, { key, keys: new Map() });
  }

  /** The window is over. */
  end(id: number): void {
    for (const [tenant, window] of this.#windows) {
      if (window.key.id !== id) continue;
      forgetAll(window.keys);
      this.#windows.delete(tenant);
    }
  }

  /** The key of a person, or of nobody in particular (null). `subject` is the text that names them. Throws where the tenant has no window. */
  of(tenant: TenantId, subject: Uint8Array | null): SealingKey {
    const window = this.#windows.get(tenant);
    if (window === undefined) throw new Error('cannot seal: the tenant has no window key');
    const name = subject === null ? '' : `=${Buffer.from(subject.buffer, subject.byteOffset, subject.byteLength).toString('latin1')}`;
    return window.keys.get(name) ?? this.#make(tenant, window, name, subject);
  }

  /** The rows of keys made since they were taken last. */
  takeRows(): readonly SubjectKeyRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #make(tenant: TenantId, { key: window, keys }: Window, name: string, subject: Uint8Array | null): SealingKey {
    // Whoever comes again gets another key, which costs a row and nothing else.
    if (keys.size >= LIMITS.subject_keys_in_worker_max) forgetAll(keys);
    const keyId = randomFillSync(new Uint8Array(SEAL_KEY_ID_BYTES));
    const key = newSubjectKey();
    const wrapped = wrapSubjectKey(window, key, { tenant, window: window.id, keyId });
    const sealing = new SealingKey(keyId, key);
    wipe(key);
    keys.set(name, sealing);
    this.#rows.push({ keyId, tenant, window: window.id, token: subject === null ? this.#tokens.ofNobody(tenant) : this.#tokens.ofSubject(tenant, subject), wrapped });
    return sealing;
  }
}

function forgetAll(keys: Map<string, SealingKey>): void {
  for (const key of keys.values()) key.wipe();
  keys.clear();
}
