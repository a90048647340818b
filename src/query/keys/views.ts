/** The keys of tenants as `/api/v1/keys` and `tracekeep keys status --json` tell them, the same way: no key, wrapped or not. */
import type { SealingRootStatus } from '#custody';
import type { KeyDeskStatus } from '#custody/key-desk';
import type { SealedRule } from '#policy';
import type { KeysView, TenantKeysView } from './answer-types.ts';

/** `sealed`: what the policy in force seals in spans of the tenant. */
export interface TenantKeys {
  readonly status: KeyDeskStatus;
  readonly sealed: readonly SealedRule[];
}

/** The API tells of one tenant, that of the reader; the verb of all. */
export function keysView({ kind, made, here, usable }: SealingRootStatus, tenants: readonly TenantKeys[]): KeysView {
  return { sealingRoot: { kind, made, here, usable }, tenants: tenants.map(tenantView) };
}

function tenantView({ status: { tenant, versions, toRewrap, rewrapping, rewrapFailed, windows, subjectKeys, destroyed }, sealed }: TenantKeys): TenantKeysView {
  return {
    tenant,
    versions: versions.map(({ version, state, windows: needing, made, retired }) => ({ version, state, windows: needing, made: timeText(made), retired: retired === null ? null : timeText(retired) })),
    toRewrap,
    rewrapping,
    rewrapFailed,
    windows,
    subjectKeys,
    destroyed,
    fields: sealed.map(({ key, rule, searchable = false, subject = false, approval }) => ({ key, sealed: rule, searchable, subject, approval: approval ?? null })),
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
