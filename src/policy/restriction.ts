/**
 * What a policy restricts, from its text as the log states it. Blocks of years ago were made under policies of earlier versions, whose rules
 * nobody acts by any more; their leaves can be recomputed as long as this one member can be read.
 */
import { matchesGlob } from '#control/glob';
import { LIMITS } from '#limits';
import type { Role } from '#model';
import { type PolicyDocument, restrictRules } from './document.ts';

export interface Restriction {
  /** Attribute keys with `*`; `status.message` is the status message. */
  readonly restricted: readonly string[];
  /** Whether values of this attribute key are. Does not need its restriction as `this`. */
  readonly restricts: (key: string) => boolean;
}

const VERSIONS: readonly unknown[] = [1, 2];
const GLOB_LENGTH_MAX = 512;
const REMEMBERED_MAX = 65_536;

/** Throws `cannot read policy: …` for what is no policy. */
export function readRestriction(text: string): Restriction {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    // The parser's own message may quote the text.
    throw new Error('cannot read policy: it is not JSON');
  }
  if (typeof policy !== 'object' || policy === null || !('version' in policy) || !VERSIONS.includes(policy.version)) throw new Error(`cannot read policy: its version is none of ${VERSIONS.join(', ')}`);
  if (!('rules' in policy) || !Array.isArray(policy.rules)) throw new Error('cannot read policy: rules is not a list');
  const listed = 'restricted' in policy ? checkedGlobs(policy.restricted) : [];
  return restriction(joined(listed, policy.rules.flatMap((rule: unknown) => (isRecord(rule) && rule['action'] === 'restrict' ? checkedGlobs(rule['keys']) : []))));
}

/** What a document restricts: what its list says, and what its rules show to some roles only. */
export function restrictedBy(document: PolicyDocument): readonly string[] {
  return joined(document.restricted ?? [], restrictRules(document).flatMap(({ keys }) => keys));
}

/** Who may read values of this key: the roles that all rules with it name. Null: no rule names it. */
export function rolesFor(document: Pick<PolicyDocument, 'rules'>, key: string): readonly Role[] | null {
  const lists = restrictRules(document).filter(({ keys }) => keys.some((glob) => matchesGlob(glob, key))).map(({ roles }) => roles);
  return lists.length === 0 ? null : lists.reduce((all, roles) => all.filter((role) => roles.includes(role)));
}

function joined(listed: readonly string[], named: readonly string[]): readonly string[] {
  return named.length === 0 ? listed : [...new Set([...listed, ...named])];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function restriction(restricted: readonly string[]): Restriction {
  const answers = new Map<string, boolean>();
  return {
    restricted,
    // Remembered by key: the same keys are asked for with every block.
    restricts: (key) => {
      let answer = answers.get(key);
      if (answer === undefined) {
        answer = restricted.some((glob) => matchesGlob(glob, key));
        if (answers.size >= REMEMBERED_MAX) answers.clear();
        answers.set(key, answer);
      }
      return answer;
    },
  };
}

function checkedGlobs(globs: unknown): readonly string[] {
  if (!Array.isArray(globs) || globs.length > LIMITS.policy_restricted_max) throw new Error(`cannot read policy: restricted is not a list of at most ${LIMITS.policy_restricted_max}`);
  return globs.map((glob: unknown) => {
    if (typeof glob !== 'string' || glob.length > GLOB_LENGTH_MAX) throw new Error(`cannot read policy: restricted holds what is not a string of at most ${GLOB_LENGTH_MAX} characters`);
    return glob;
  });
}
