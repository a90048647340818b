/**
 * The minimization policy as data. Rules are read in order and the first that matches a mark's kind and its attribute key
 * decides; a mark that no rule matches is replaced. A policy that is not understood completely is not loaded: an unknown
 * action, kind, field or version would otherwise let something through in silence.
 */
import { createHash } from 'node:crypto';
import { KINDS } from '#scanner/recognizer';
import type { Kind } from '#scanner/recognizer';

export const ACTIONS = ['replace', 'keep', 'shorten', 'drop'] as const;
/**
 * `replace`: `[kind]`, or what the recognizer put in its stead. `shorten`: what the recognizer put in its stead (the network
 * of an address), `[kind]` if it put nothing. `drop`: the whole attribute goes. `keep`: nothing happens.
 */
export type Action = (typeof ACTIONS)[number];

export interface PolicyRule {
  /** Kinds the rule is for; absent = all. */
  readonly kinds?: readonly Kind[];
  /** Attribute keys the rule is for, `*` stands for any run of characters; absent = all. Texts that are no attribute have the key ''. */
  readonly keys?: readonly string[];
  readonly action: Action;
  /** Why; shown to people, without effect. */
  readonly note?: string;
}

export interface Policy {
  readonly version: 1;
  readonly rules: readonly PolicyRule[];
  /**
   * Attribute keys, `*` stands for any run of characters, whose values are restricted: in the log each stands as a salted digest, so that it can be left out of
   * evidence. `status.message` is the status message. Absent = none.
   */
  readonly restricted?: readonly string[];
}

export interface CompiledPolicy {
  /** The policy's canonical JSON (sorted members, no spaces): what the log says was in force. */
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
  /** Some rule keeps or drops: then it matters which kinds there are below a mark. Else every mark is replaced by what stands in its stead. */
  readonly distinguishes: boolean;
  decide(kind: Kind, key: string): Action;
  /** Attribute keys with `*` whose values are restricted. */
  readonly restricted: readonly string[];
  /** Whether values of this attribute key are. Does not need its policy as `this`. */
  readonly restricts: (key: string) => boolean;
}

const RULES_MAX = 10_000;
const GLOBS_MAX = 1_000;
const GLOB_LENGTH_MAX = 512;
const DECISIONS_MAX = 65_536;

/** Compiles a policy that came from outside. Throws `cannot load policy: …` naming the rule, never a value of it. */
export function compilePolicy(data: unknown): CompiledPolicy {
  const policy = checked(data);
  const rules = policy.rules.map(({ kinds, keys, action }) => ({
    kinds: kinds === undefined ? undefined : new Set<Kind>(kinds),
    keys: keys === undefined ? undefined : keys.map(globToMatcher),
    action,
  }));
  const decisions = new Map<string, Action>();
  const text = canonicalJson(policy);

  return {
    text,
    digest: createHash('sha256').update(text).digest('hex'),
    restricted: policy.restricted ?? [],
    restricts: remembered((policy.restricted ?? []).map(globToMatcher)),
    distinguishes: rules.some(({ action }) => action === 'keep' || action === 'drop'),
    decide(kind, key) {
      const question = `${kind} ${key}`;
      let action = decisions.get(question);
      if (action === undefined) {
        action = rules.find((rule) => (rule.kinds === undefined || rule.kinds.has(kind)) && (rule.keys === undefined || rule.keys.some((matches) => matches(key))))?.action ?? 'replace';
        if (decisions.size >= DECISIONS_MAX) decisions.clear();
        decisions.set(question, action);
      }
      return action;
    },
  };
}

/** Whether one of the globs matches, remembered by key: the same keys are asked for with every block. */
function remembered(globs: readonly ((key: string) => boolean)[]): (key: string) => boolean {
  const answers = new Map<string, boolean>();
  return (key) => {
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = globs.some((matches) => matches(key));
      if (answers.size >= DECISIONS_MAX) answers.clear();
      answers.set(key, answer);
    }
    return answer;
  };
}

function checked(data: unknown): Policy {
  if (!isRecord(data)) throw new Error('cannot load policy: it is not an object');
  onlyMembers(data, ['version', 'rules', 'restricted'], 'the policy');
  if (data['version'] !== 1) throw new Error('cannot load policy: its version is not 1');
  const rules = data['rules'];
  if (!Array.isArray(rules) || rules.length > RULES_MAX) throw new Error(`cannot load policy: rules is not a list of at most ${RULES_MAX}`);
  return {
    version: 1,
    rules: rules.map(checkedRule),
    ...(data['restricted'] === undefined ? {} : { restricted: checkedGlobs(data['restricted'], 'restricted') }),
  };
}

function checkedRule(rule: unknown, index: number): PolicyRule {
  const place = `rule ${index + 1}`;
  if (!isRecord(rule)) throw new Error(`cannot load policy: ${place} is not an object`);
  onlyMembers(rule, ['kinds', 'keys', 'action', 'note'], place);
  const action = ACTIONS.find((known) => known === rule['action']);
  if (action === undefined) throw new Error(`cannot load policy: ${place} has an unknown action`);
  if (rule['note'] !== undefined && typeof rule['note'] !== 'string') throw new Error(`cannot load policy: the note of ${place} is not a string`);
  return {
    ...(rule['kinds'] === undefined ? {} : { kinds: checkedKinds(rule['kinds'], place) }),
    ...(rule['keys'] === undefined ? {} : { keys: checkedGlobs(rule['keys'], place) }),
    action,
    ...(rule['note'] === undefined ? {} : { note: rule['note'] }),
  };
}

function checkedKinds(kinds: unknown, place: string): readonly Kind[] {
  if (!Array.isArray(kinds) || kinds.length === 0) throw new Error(`cannot load policy: the kinds of ${place} are not a list`);
  return kinds.map((kind: unknown) => {
    const known = KINDS.find((name) => name === kind);
    if (known === undefined) throw new Error(`cannot load policy: ${place} has an unknown kind`);
    return known;
  });
}

function checkedGlobs(globs: unknown, place: string): readonly string[] {
  if (!Array.isArray(globs) || globs.length === 0 || globs.length > GLOBS_MAX) throw new Error(`cannot load policy: the keys of ${place} are not a list of at most ${GLOBS_MAX}`);
  return globs.map((glob: unknown) => {
    if (typeof glob !== 'string' || glob.length > GLOB_LENGTH_MAX) throw new Error(`cannot load policy: ${place} has a key that is not a string of at most ${GLOB_LENGTH_MAX} characters`);
    return glob;
  });
}

function onlyMembers(record: Record<string, unknown>, known: readonly string[], place: string): void {
  if (!Object.keys(record).every((name) => known.includes(name))) throw new Error(`cannot load policy: ${place} has a member other than ${known.join(', ')}`);
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

/** Literal parts in order, each found as early as possible: linear, unlike a regular expression with many stars. */
function globToMatcher(glob: string): (key: string) => boolean {
  const parts = glob.split('*');
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  if (parts.length === 1) return (key) => key === glob;
  return (key) => {
    if (key.length < first.length + last.length || !key.startsWith(first) || !key.endsWith(last)) return false;
    let at = first.length;
    const limit = key.length - last.length;
    for (const part of parts.slice(1, -1)) {
      const found = key.indexOf(part, at);
      if (found < 0 || found + part.length > limit) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** RFC 8785 for the values that a policy has: objects, lists, strings, small integers. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`).join(',')}}`;
}
