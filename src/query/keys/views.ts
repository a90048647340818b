/** The keys of a tenant as `/api/v1/keys` tells them: no key, wrapped or not, and no tenant. */
import type { KeyDeskStatus } from '#custody/key-desk';
import type { SealedRule } from '#policy';
import type { KeysView } from './answer-types.ts';

export function keysView({ tenant: _, root, versions, toRewrap, rewrapping, rewrapFailed, windows, subjectKeys, destroyed }: KeyDeskStatus, sealed: readonly SealedRule[]): KeysView {
  return {
    root,
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
