/**
 * Settings of one server. Every setting has a flag, a `TRACEKEEP_*` variable and a key in `tracekeep.yaml`, in that order of
 * precedence; `settings.ts` in `commands/` reads them. Limits that nobody should change are in `limits/`.
 */

import type { Role, TenantId } from '#model';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Keep each class this long; `default` always exists. */
export interface RetentionClass {
  readonly days: number;
}

/** When a second person has to approve a change of the policy: for none, for one that keeps what was removed, for all. */
export const POLICY_APPROVALS = ['never', 'weakening', 'always'] as const;
export const FORGET_APPROVALS = ['never', 'second-person'] as const;
export type ForgetApproval = (typeof FORGET_APPROVALS)[number];
export type PolicyApproval = (typeof POLICY_APPROVALS)[number];

/** Who has to have a second factor. */
export const SECOND_FACTOR_DUTIES = ['never', 'administrators', 'everybody'] as const;
export type SecondFactorDuty = (typeof SECOND_FACTOR_DUTIES)[number];

export const TLS_VERSIONS = ['1.3', '1.2'] as const;
export const CLIENT_AUTHS = ['accept', 'require'] as const;

/** TLS of all listeners. */
export interface TlsSettings {
  /** Files with PEM: the server's certificate with its chain, and its private key. */
  readonly certificate: string;
  readonly key: string;
  /** Authorities whose certificates producers may show; null: they are not asked for any. */
  readonly clientCa: string | null;
  /** Whether a producer may do with its ingest key alone. */
  readonly clientAuth: (typeof CLIENT_AUTHS)[number];
  readonly minVersion: 'TLSv1.3' | 'TLSv1.2';
}

/** The OpenID provider with whom people may sign in beside those with an account here. */
export interface OidcSettings {
  /** As it stands in the claim `iss`: https, or http on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** A file closed to other users; null: a public client. */
  readonly clientSecretFile: string | null;
  /** What the sign-in page calls it. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** The claim with a person's groups; dots lead into others. */
  readonly groupsClaim: string;
  /** Roles by group. Who is in none of these groups does not get in. */
  readonly roles: Readonly<Record<string, readonly Role[]>>;
  /** Everybody's tenant, or tenants by group. */
  readonly tenant: TenantId | Readonly<Record<string, TenantId>>;
}

/** Where the sealing root is, which opens what is sealed. */
export const SEALING_ROOTS = ['file', 'passphrase', 'transit'] as const;
export type SealingSettings =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'passphrase' }
  /** The transit engine of a Vault or OpenBao: its address, the name of the key, a file with the token. */
  | { readonly kind: 'transit'; readonly url: string; readonly key: string; readonly tokenFile: string };

export interface Config {
  /** Everything the server keeps, encrypted. Created with mode 0700. */
  readonly data: string;
  /** The root key's file, 0600, outside `data`. Absent: `<data>.key`, made at first start. */
  readonly rootKeyFile: string;
  /** Outside `data` too. The server reads it when something is opened, and at the first need of a key pair; absent, it seals and opens nothing. */
  readonly sealing: SealingSettings;
  /** The folder of the keys that sign the log and of its newest checkpoint, 0700, outside `data`. Absent: `<data>.log`, made at first start. */
  readonly logKeys: string;
  /** The folder of the local certificate authority, 0700, outside `data`, which the server does not look at. Absent: `<data>.ca`. */
  readonly caFolder: string;
  /** What the log is called when its keys are made; null: a name of its own. */
  readonly logOrigin: string | null;
  /** Without it, who reads the log under `/log` needs a token. */
  readonly logPublic: boolean;
  /** Who cosigns the log. Those of one address are the keys of one witness. */
  readonly witnesses: readonly { readonly key: string; readonly url: string }[];
  /** A file with authorities, besides the well-known ones, of witnesses at https addresses; null: none. */
  readonly witnessCa: string | null;
  /** So many witnesses must have cosigned a checkpoint before it is published. */
  readonly witnessQuorum: number;
  /** Rest between two passes of verification in the background; null: only when somebody asks for one. */
  readonly verifyEvery_ms: number | null;
  readonly policyApproval: PolicyApproval;
  /** Whether somebody else has to approve that a person is forgotten. */
  readonly forgetApproval: ForgetApproval;
  readonly requireSecondFactor: SecondFactorDuty;
  /** Where records are pushed to, and a file with the token for it, if it wants one; null: nowhere. */
  readonly auditPush: { readonly url: string; readonly tokenFile: string | null } | null;
  readonly otlpHttp: Address;
  readonly otlpGrpc: Address;
  readonly console: Address;
  /** Null: plain HTTP, which only listeners on loopback may speak. */
  readonly tls: TlsSettings | null;
  /** The address by which people reach the console, where that is not the one it listens on: `https://traces.example.org`. */
  readonly consoleUrl: string | null;
  /** Null: people sign in with accounts of this server only. */
  readonly oidc: OidcSettings | null;
  /** Pipeline worker threads. */
  readonly workers: number;
  /** Retention classes by name; tenants are given one. */
  readonly retention: Readonly<Record<string, RetentionClass>>;
  /** The oldest traces are removed when the data directory holds more than this; null = only age counts. */
  readonly diskBytesMax: number | null;
  readonly diskFreeBytesMin: number;
}
