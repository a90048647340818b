/**
 * The keys that a worker seals with: one for each person and window, and one of each window for what belongs to nobody in particular. They are made here, wrapped at
 * once by the key of the window, and forgotten when the window is over; what is left of them are rows, which are durable before the first block that needs them is.
 */
import { type SealingKey, SubjectKeyMaker, type Tokens, type WindowKey } from '#keys';
import { LIMITS } from '#limits';
import type { PackedSubjectKeys, TenantId } from '#model';
import { FieldTokens } from './field-tokens.ts';

/** With what is closed, and by what it is found again. */
export interface SubjectKey {
  readonly sealing: SealingKey;
  /** Null: of nobody in particular. */
  readonly token: Uint8Array | null;
}

interface Window {
  readonly maker: SubjectKeyMaker;
  readonly keys: Map<string, SubjectKey>;
}

/** One that is longer is looked up each time. */
const LAST_SUBJECT_BYTES = 256;

export class SubjectKeys {
  readonly #tokens: Tokens;
  /** Of values; those of people stand beside their keys. */
  readonly fieldTokens: FieldTokens;
  readonly #windows = new Map<TenantId, Window>();
  /** Of windows that are over. */
  readonly #rows: PackedSubjectKeys[] = [];
  /** Whose key was asked for last: spans of a trace follow each other, and most of them are about one person. */
  #lastTenant: TenantId | null = null;
  #lastKey: SubjectKey | null = null;
  #lastLength = 0;
  readonly #lastSubject = new Uint8Array(LAST_SUBJECT_BYTES);

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
    this.fieldTokens = new FieldTokens(tokens);
  }

  /** The window of a tenant from now on. The keys of the one before are wiped. */
  begin(tenant: TenantId, key: WindowKey): void {
    const before = this.#windows.get(tenant);
    if (before?.maker.window.id === key.id) return;
    if (before !== undefined) this.end(before.maker.window.id);
    this.#windows.set(tenant, { maker: new SubjectKeyMaker(tenant, key), keys: new Map() });
  }

  /** The window is over. */
  end(id: number): void {
    this.#forgetLast();
    this.fieldTokens.forget();
    for (const [tenant, { maker }] of this.#windows) {
      if (maker.window.id !== id) continue;
      const rows = maker.takeRows();
      if (rows !== null) this.#rows.push(rows);
      maker.wipe();
      this.#windows.delete(tenant);
    }
  }

  /** The key of a person, or of nobody in particular (null). `subject` is the text that names them. Throws where the tenant has no window. */
  of(tenant: TenantId, subject: Uint8Array | null): SubjectKey {
    if (subject === null || !this.#isLast(tenant, subject)) this.#find(tenant, subject);
    return this.#lastKey!;
  }

  /** Whoever comes again gets another key. The ids of those that were there. */
  forget(tenant: TenantId, subject: Uint8Array): readonly Uint8Array[] {
    this.#forgetLast();
    this.fieldTokens.forget();
    const keys = this.#windows.get(tenant)?.keys;
    const key = keys?.get(nameOf(subject));
    if (keys === undefined || key === undefined) return [];
    key.sealing.wipe();
    keys.delete(nameOf(subject));
    return [key.sealing.id];
  }

  /** The rows of keys made since they were taken last. */
  takeRows(): readonly PackedSubjectKeys[] {
    const rows = this.#rows.splice(0);
    for (const { maker } of this.#windows.values()) {
      const made = maker.takeRows();
      if (made !== null) rows.push(made);
    }
    return rows;
  }

  #find(tenant: TenantId, subject: Uint8Array | null): void {
    const window = this.#windows.get(tenant);
    if (window === undefined) throw new Error('cannot seal: the tenant has no window key');
    const name = subject === null ? '' : nameOf(subject);
    const key = window.keys.get(name) ?? this.#make(tenant, window, name, subject);
    this.#forgetLast();
    this.#lastKey = key;
    if (subject === null || subject.length > LAST_SUBJECT_BYTES) return;
    this.#lastTenant = tenant;
    this.#lastSubject.set(subject);
    this.#lastLength = subject.length;
  }

  #isLast(tenant: TenantId, subject: Uint8Array): boolean {
    const { length } = subject;
    if (tenant !== this.#lastTenant || length !== this.#lastLength) return false;
    for (let at = 0; at < length; at++) if (subject[at] !== this.#lastSubject[at]) return false;
    return true;
  }

  #forgetLast(): void {
    this.#lastTenant = this.#lastKey = null;
    this.#lastSubject.fill(0, 0, this.#lastLength);
  }

  #make(tenant: TenantId, { maker, keys }: Window, name: string, subject: Uint8Array | null): SubjectKey {
    if (keys.size >= LIMITS.subject_keys_in_worker_max) {
      // Whoever comes again gets another key, which costs a row and nothing else.
      maker.wipe();
      keys.clear();
    }
    const token = subject === null ? null : this.#tokens.ofSubject(tenant, subject);
    const key = { sealing: maker.make(token ?? this.#tokens.ofNobody(tenant)), token };
    keys.set(name, key);
    return key;
  }
}

function nameOf(subject: Uint8Array): string {
  return `=${Buffer.from(subject.buffer, subject.byteOffset, subject.byteLength).toString('latin1')}`;
}
