/**
 * The records as they are sealed, and how their rows are found. A record is believed because it opened under our key for its own
 * row; its form is then what this program wrote, and no further check is made.
 */
import type { ProducerId, Role, TenantId } from '#model';

export interface TenantRecord {
  readonly name: TenantId;
  /** Name of a retention class. */
  readonly retention: string;
  /** Milliseconds since 1970, as all times here. */
  readonly created: number;
}

/** One generation of a producer's ingest key. */
export interface KeyRecord {
  readonly generation: number;
  /** Keyed hash of the key, hexadecimal. The key itself is never kept. */
  readonly hash: string;
  readonly created: number;
  /** When it stops being valid: set by a rotation. */
  readonly expires: number | null;
}

export interface ProducerRecord {
  readonly id: ProducerId;
  readonly name: string;
  readonly tenant: TenantId;
  readonly services: readonly string[];
  /** Records of earlier versions have none: not allowed. */
  readonly backfill?: boolean;
  readonly version: number;
  readonly created: number;
  readonly revoked: number | null;
  /** Newest last. */
  readonly keys: readonly KeyRecord[];
  /** Names in client certificates that are this producer: SPIFFE ids and DNS names. Records of earlier versions have none. */
  readonly certificates?: readonly string[];
  /** Tokens that are this producer. Records of earlier versions have none. */
  readonly trusts?: readonly TrustRecord[];
}

/** Where the keys of an issuer are: where it says itself (OpenID Connect Discovery), at an address, or in a file on the server. */
export type KeySource = { readonly at: 'issuer' } | { readonly at: 'url'; readonly url: string } | { readonly at: 'file'; readonly path: string };

/** Tokens of one issuer that are a producer: those for this audience, with this subject and these claims. */
export interface TrustRecord {
  /** `i_` and 16 hexadecimal digits. */
  readonly id: string;
  /** As it stands in the claim `iss`; or `spiffe://` and a trust domain, whose tokens are known by their subject. */
  readonly issuer: string;
  readonly audience: string;
  /** A glob of the claim `sub`. */
  readonly subject: string;
  readonly claims: readonly { readonly name: string; readonly value: string }[];
  readonly keys: KeySource;
  readonly created: number;
}

/** A client certificate that counts no more, whoever issued it and however long it is valid. */
export interface RevokedCertificate {
  /** SHA-256 of its DER, 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** What it was called, for lists. */
  readonly name: string;
  readonly revoked: number;
  /** When it would have ended by itself: from then on the row is not needed. */
  readonly expires: number;
}

export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly tenant: TenantId;
  /** Id of the account that it acts for: then the roles and groups are those that this person has at the time. Null: it stands for itself. */
  readonly user: string | null;
  /** None of a token that acts for a person. */
  readonly roles: readonly Role[];
  /** Actions that it is limited to, with `*`; null: whatever its roles may do. */
  readonly scopes: readonly string[] | null;
  readonly hash: string;
  readonly created: number;
  readonly expires: number | null;
  readonly revoked: number | null;
  /** When it was last used, give or take `token_touch_ms`; null: never. */
  readonly used: number | null;
}

/** A person who may sign in. */
export interface AccountRecord {
  /** `a_` and 16 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly tenant: TenantId;
  readonly roles: readonly Role[];
  /** Names that access policies may speak of. */
  readonly groups: readonly string[];
  /** The hash of the password, as a PHC string; null: this person does not sign in with one. */
  readonly password: string | null;
  readonly created: number;
  /** When the newest session began; null: none ever did. */
  readonly signedIn: number | null;
  readonly secondFactor: SecondFactor | null;
  /** Who it is at the sign-in provider, which says name, tenant, roles and groups. Absent: an account of this server. */
  readonly identity?: { readonly issuer: string; readonly subject: string };
}

/** A generator of codes (RFC 6238) that this person proved to have. */
export interface SecondFactor {
  /** Base32 (RFC 4648 §6), as apps take it. */
  readonly secret: string;
  readonly since: number;
  /** The time step of the newest code that was taken: no code of it or of an earlier one is taken again (RFC 6238 §5.2). */
  readonly step: number;
  /** Keyed hashes of the recovery codes that were not used. */
  readonly recovery: readonly string[];
}

export interface SessionRecord {
  /** The account's id. */
  readonly account: string;
  readonly created: number;
  /** When it was last used, give or take `session_touch_ms`. */
  readonly seen: number;
  /** The network of the address that it began from. Absent in records of earlier versions. */
  readonly network?: string | null;
  /** Of a session that began at a sign-in provider: when it has to be asked again before the session is used, and when the session ends in any case. */
  readonly checkBy?: number;
  readonly until?: number;
}

/** Tokens and accounts of earlier versions had one role and nothing of what came later. */
interface EarlierRecord {
  readonly role?: Role;
}

const LATER_OF_TOKENS = { user: null, scopes: null, used: null } as const;
const LATER_OF_ACCOUNTS = { groups: [], signedIn: null, secondFactor: null } as const;

/** A token as it was opened, whatever version wrote it. */
export function asToken(opened: unknown): TokenRecord {
  const { role, ...token } = opened as TokenRecord & EarlierRecord;
  return { ...(role === undefined ? {} : { roles: [role] }), ...LATER_OF_TOKENS, ...token };
}

/** An account as it was opened, whatever version wrote it. */
export function asAccount(opened: unknown): AccountRecord {
  const { role, ...account } = opened as AccountRecord & EarlierRecord;
  return { ...(role === undefined ? {} : { roles: [role] }), ...LATER_OF_ACCOUNTS, ...account };
}

/** What a session that began at a provider needs to ask there again. */
export interface ProviderSessionRecord {
  readonly issuer: string;
  /** The provider's own id of the session. */
  readonly sid: string | null;
  readonly idToken: string;
  readonly refreshToken: string | null;
  /** When it was asked last. */
  readonly asked: number;
}

/** Those of one tenant or of all. */
export function oldestFirst<One extends { readonly tenant: TenantId; readonly created: number }>(records: readonly One[], tenant?: TenantId): readonly One[] {
  return records.filter((record) => tenant === undefined || record.tenant === tenant).sort((a, b) => a.created - b.created);
}

export const producerPlace = (id: string): string => `producers/${id}`;
export const certificatePlace = (id: string): string => `revoked_certificates/${id}`;
export const tokenPlace = (id: string): string => `tokens/${id}`;
export const accountPlace = (id: string): string => `accounts/${id}`;
export const sessionPlace = (id: string): string => `sessions/${id}`;
export const providerSessionPlace = (id: string): string => `provider_sessions/${id}`;
export const tenantPlace = (id: string): string => `tenants/${id}`;

/** The class of tenants that were given none; it exists in every configuration. */
export const DEFAULT_RETENTION = 'default';
