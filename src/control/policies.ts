/**
 * Versions of the minimization policy. Every version is kept with its text as it was written; the newest is in force.
 * A version and what the log is told of it are one transaction, so that none can be in force that the log will not know.
 *
 * Texts were checked by whoever calls: this file knows policies by their digest alone.
 */
import { LIMITS } from '#limits';
import type { Weakening } from '#policy/weakening';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE, SERVER } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { append } from './outbox.ts';
import { policyEntries } from './policy-entries.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';

export interface NewPolicy {
  /** YAML, comments included. */
  readonly text: string;
  /** Canonical JSON of the document, and the SHA-256 of that. */
  readonly canonical: string;
  readonly digest: string;
  readonly rules: number;
  /** Against the policy it takes the place of. */
  readonly weakenings: readonly Weakening[];
  readonly note: string;
}

export interface PolicyVersion {
  readonly version: number;
  readonly digest: string;
  readonly rules: number;
  /** The first `policy_weakenings_named_max` of them. */
  readonly weakenings: readonly Weakening[];
  readonly weakeningsCount: number;
  readonly note: string;
  /** When it came in force, and when the next one did. */
  readonly since: number;
  readonly until: number | null;
  readonly by: Actor;
  readonly approvedBy: Actor | null;
  readonly approvalNote: string;
}

export interface PolicyTexts {
  readonly text: string;
  readonly canonical: string;
}

export function policiesIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** A version of the policy with its text; the one in force without a number. Null if there is none. */
    findPolicy(version?: number): (PolicyVersion & PolicyTexts) | null {
      const all = kysely.selectFrom('policies').selectAll();
      const [row, next] = rows.read(version === undefined ? all.orderBy('version', 'desc').limit(1) : all.where('version', 'in', [version, version + 1]).orderBy('version'));
      if (row === undefined || (version !== undefined && row.version !== version)) return null;
      return { ...openVersion(sealer, row), until: next === undefined ? null : openVersion(sealer, next).since, ...openTexts(sealer, row.version, row.sealed_text) };
    },

    /** Number of the version in force, 0 if there is none yet: cheap, for whoever looks often. */
    newestPolicy(): number {
      const [row] = rows.read(kysely.selectFrom('policies').select((is) => is.fn.max('version').as('version')));
      return row?.version ?? 0;
    },

    /** Newest first, `policy_versions_listed_max` at most. */
    listPolicies(): readonly PolicyVersion[] {
      const newest = rows.read(kysely.selectFrom('policies').select(['version', 'sealed']).orderBy('version', 'desc').limit(LIMITS.policy_versions_listed_max));
      const versions = newest.map((row) => openVersion(sealer, row));
      return versions.map((version, at) => ({ ...version, until: versions[at - 1]?.since ?? null }));
    },

    /** Puts a policy in force in place of the one of the digest `base`; null: if there is none yet. Refusals: policy_changed. */
    async addPolicy(policy: NewPolicy, base: string | null, by: Actor = COMMAND_LINE): Promise<PolicyVersion | Refusal> {
      return rows.change(by, (change) => putInForce(change, policy, base, { by, approvedBy: null, approvalNote: '' }));
    },

    /** Tells the log of the policy in force although it was told before. */
    async tellPolicyAgain(): Promise<void> {
      await rows.change(SERVER, tellPolicyAgain);
    },
  };
}

/** Tells the log once more what is in force: it may have heard of versions that an older copy of the database does not have. */
async function tellPolicyAgain(change: Change): Promise<void> {
  const row = await change.rows.selectFrom('policies').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  if (row === undefined) return;
  const texts = openTexts(change.sealer, row.version, row.sealed_text);
  for (const entry of policyEntries(openVersion(change.sealer, row), texts.canonical)) await append(change, { ...entry, time: change.now });
}

/** In place of the one of the digest `base`. `weakeningsCount`: where the policy names some of them only. */
export async function putInForce(change: Change, policy: NewPolicy & { readonly weakeningsCount?: number }, base: string | null, who: Pick<PolicyVersion, 'by' | 'approvedBy' | 'approvalNote'>): Promise<PolicyVersion | Refusal> {
  const before = await newestVersion(change);
  if ((before?.digest ?? null) !== base) return refuse('policy_changed');
  const { text, canonical, digest, rules, weakenings, note } = policy;
  const version: PolicyVersion = {
    version: (before?.version ?? 0) + 1, digest, rules, note, since: change.now, until: null, ...who,
    weakenings: namedWeakenings(weakenings), weakeningsCount: policy.weakeningsCount ?? weakenings.length,
  };
  const place = policyPlace(version.version);
  await change.rows.insertInto('policies').values({ version: version.version, sealed: change.sealer.seal(place, version), sealed_text: change.sealer.seal(`${place}/text`, { text, canonical }) }).execute();
  for (const entry of policyEntries(version, canonical)) await append(change, { ...entry, time: change.now });
  return version;
}

/** Kept with each version, and listed with many. */
export function namedWeakenings(weakenings: readonly Weakening[]): readonly Weakening[] {
  const few = (names: readonly string[]): readonly string[] => names.slice(0, LIMITS.policy_weakening_kept_names_max);
  return weakenings.slice(0, LIMITS.policy_weakenings_named_max).map((one) => ({ ...one, kinds: few(one.kinds), keys: few(one.keys) }));
}

/** The one in force. */
export async function newestVersion(change: Change): Promise<PolicyVersion | null> {
  const row = await change.rows.selectFrom('policies').select(['version', 'sealed']).orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? null : openVersion(change.sealer, row);
}

function openVersion(sealer: ColumnSealer, { version, sealed }: { readonly version: number; readonly sealed: Uint8Array }): PolicyVersion {
  return sealer.open(policyPlace(version), sealed) as PolicyVersion;
}

function openTexts(sealer: ColumnSealer, version: number, sealed: Uint8Array): PolicyTexts {
  return sealer.open(`${policyPlace(version)}/text`, sealed) as PolicyTexts;
}

const policyPlace = (version: number): string => `policies/${version}`;
