/** What `/api/v1/keys` answers, and `tracekeep keys status --json` prints: defined once, for the server that writes it, the verb and the console that reads it. */

export interface KeysView {
  readonly sealingRoot: SealingRootView;
  /** The API tells of one, that of whoever asks; the verb of all. */
  readonly tenants: readonly TenantKeysView[];
}

export interface SealingRootView {
  readonly kind: 'file' | 'passphrase' | 'transit';
  /** It was used once. */
  readonly made: boolean;
  /** Its file, or that of its token, is on this machine; null: a passphrase is nowhere. */
  readonly here: boolean | null;
  /** And would be read: a regular file, closed to other users. */
  readonly usable: boolean | null;
}

export interface TenantKeysView {
  readonly tenant: string;
  /** Newest first. */
  readonly versions: readonly KeyVersionView[];
  /** Windows that are not under the newest version. */
  readonly toRewrap: number;
  /** How far a run is that puts them there; null: none runs in this server. */
  readonly rewrapping: { readonly done: number; readonly of: number } | null;
  /** The last such run of this server broke off. */
  readonly rewrapFailed: boolean;
  readonly windows: number;
  /** All that were made, destroyed ones too. */
  readonly subjectKeys: number;
  readonly destroyed: number;
  readonly fields: readonly SealedFieldView[];
}

export interface KeyVersionView {
  readonly version: number;
  /** `current` takes new windows, `needed` still opens some, `unneeded` can be retired, of `retired` the private half is destroyed. */
  readonly state: 'current' | 'needed' | 'unneeded' | 'retired';
  readonly windows: number;
  /** ISO 8601. */
  readonly made: string;
  readonly retired: string | null;
}

/** What the policy in force seals. */
export interface SealedFieldView {
  /** With `*`, or `status.message`. */
  readonly key: string;
  /** Id of the rule that seals it. */
  readonly sealed: string;
  readonly searchable: boolean;
  readonly subject: boolean;
  /** `second-person`: opened only with the approval of somebody else. */
  readonly approval: string | null;
}
