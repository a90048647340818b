/** The policies that decide in one tenant, the default ones and its own, in the form in which the engine takes them, and what they look at. */
import { readFileSync } from 'node:fs';
import type { Action } from './actions.ts';
import type { Cedar, PolicyJson, PolicyTexts, TypeAndId } from './cedar.ts';
import { looksOf, possiblyOf, possiblyOfKeys, uidText, type Looks } from './looks.ts';
import { piecesOf, sizeFault } from './policy-text.ts';

export interface NamedPolicy {
  /** `viewer` of the default ones; `own/…` of the tenant's. */
  readonly id: string;
  /** With the comments above it. */
  readonly text: string;
}

export interface PolicySet {
  readonly policies: readonly NamedPolicy[];
  readonly exact: PolicyTexts;
  /** For questions about the spans of a tenant, whatever their service: see `possiblyOf`. The same object where no policy looks at rows. */
  readonly possible: PolicyTexts;
  /** For questions about the attributes of a tenant, whatever their key: see `possiblyOfKeys`. */
  readonly anyKey: PolicyTexts;
  readonly names: boolean;
  /** Whether what it says of this action can differ from place to place. */
  readonly looksAtRows: (action: Action) => boolean;
  /**
   * As `slice`, without permits that look at rows: what these allow is allowed everywhere. Null where a forbid looks at rows, or one of the permits may
   * fail, which denies.
   */
  readonly everywhere: (principal: TypeAndId, parents: readonly TypeAndId[], action: Action) => PolicyTexts | null;
  /** Whether one of the tenant's own forbids attributes by their key. */
  readonly forbidsByKey: boolean;
  /** Whether one of the tenant's own can decide about it. */
  readonly ownAbout: (action: Action) => boolean;
  /** Those of `exact` that can decide about one of these actions for whoever is `principal`, with these parents: the others are never satisfied, and never fail. */
  readonly slice: (principal: TypeAndId, parents: readonly TypeAndId[], actions: readonly Action[]) => PolicyTexts;
}

/** Files under `roles/`, in the order in which they are shown. */
export const ROLE_FILES = ['everybody', 'viewer', 'investigator', 'security-analyst', 'privacy-officer', 'key-custodian', 'auditor', 'operator', 'admin'] as const;

export interface RoleFile {
  readonly name: (typeof ROLE_FILES)[number];
  readonly text: string;
}

let roleFiles: readonly RoleFile[] | null = null;
export function defaultRoles(): readonly RoleFile[] {
  return (roleFiles ??= ROLE_FILES.map((name) => ({ name, text: readFileSync(new URL(`./roles/${name}.cedar`, import.meta.url), 'utf8') })));
}

export const SCHEMA_TEXT: string = readFileSync(new URL('./schema.cedarschema', import.meta.url), 'utf8');

/** `own`: the text of the tenant's policies, '' for none. Null if a part of it is no policy: then nobody knows what it would say. */
export function policySet(cedar: Cedar, own: string): PolicySet | null {
  const defaults = defaultPolicies();
  const read = readOwn(cedar, own);
  if (read === null) return null;
  if (read.length === 0) return (byRoles ??= setOf(defaults, []));
  const set = new Set(read.map(({ id }) => id)).size === read.length ? setOf(defaults, read) : null;
  return set !== null && cedar.takes(set.exact) && cedar.takes(set.possible) && cedar.takes(set.anyKey) ? set : null;
}

type OwnPolicy = NamedPolicy & { readonly json: PolicyJson };

/** The same for all that have no policies of their own, so that the engine keeps it once. */
let byRoles: PolicySet | null = null;

function setOf(defaults: readonly NamedPolicy[], read: readonly OwnPolicy[]): PolicySet {
  const exact: Record<string, PolicyJson | string> = Object.fromEntries(defaults.map(({ id, text }) => [id, text]));
  const possible = { ...exact };
  const anyKey = { ...exact };
  for (const { id, text, json } of read) {
    // As it was written: numbers beyond 2⁵³ do not survive as JSON.
    exact[id] = text;
    for (const [texts, possibly] of [[possible, possiblyOf(json)], [anyKey, possiblyOfKeys(json)]] as const) if (possibly !== null) texts[id] = possibly === json ? text : possibly;
  }
  const looks = read.map(({ json }) => looksOf(json));
  const concerning = (principal: TypeAndId, parents: readonly TypeAndId[], actions: readonly Action[]): readonly (readonly [NamedPolicy, Looks])[] => {
    const whose = new Set([principal, ...parents].map(uidText));
    return read.map((policy, at) => [policy, looks[at]!] as const).filter(([, { concerns, about }]) => concerns(whose, principal.type) && actions.some(about));
  };
  const atRows = looks.filter(({ rows }) => rows);
  return {
    policies: [...defaults, ...read.map(({ id, text }) => ({ id, text }))],
    exact,
    possible: atRows.length === 0 ? exact : possible,
    anyKey,
    names: looks.some(({ names }) => names),
    looksAtRows: remembered((action) => atRows.some(({ about }) => about(action))),
    forbidsByKey: looks.some(({ effect, about, keys }) => keys && effect === 'forbid' && about('field.read')),
    ownAbout: remembered((action) => looks.some(({ about }) => about(action))),
    slice: (principal, parents, actions) => textsOf([...defaults, ...concerning(principal, parents, actions).map(([policy]) => policy)]),
    everywhere: (principal, parents, action) => {
      const own = concerning(principal, parents, [action]);
      if (own.some(([, { rows, effect, canFail }]) => rows && (effect === 'forbid' || canFail))) return null;
      return textsOf([...defaults, ...own.filter(([, { rows }]) => !rows).map(([policy]) => policy)]);
    },
  };
}

function textsOf(policies: readonly NamedPolicy[]): PolicyTexts {
  return Object.fromEntries(policies.map(({ id, text }) => [id, text]));
}

function remembered(ask: (action: Action) => boolean): (action: Action) => boolean {
  const answers = new Map<Action, boolean>();
  return (action) => {
    const answer = answers.get(action) ?? ask(action);
    answers.set(action, answer);
    return answer;
  };
}

const OWN = 'own/';

/** By its annotation `@id("…")`, or by its place in the text, from 1. */
export function ownId(json: PolicyJson, at: number): string {
  return OWN + (json.annotations?.['id'] ?? String(at + 1));
}

/** As text: they are many to make into JSON at each start, and a test says that they look at neither rows nor names. */
function defaultPolicies(): readonly NamedPolicy[] {
  return defaultRoles().flatMap(({ name, text }) => piecesOf(text).map((piece) => ({ id: /@id\("([a-z-]+)"\)/.exec(piece.text)?.[1] ?? name, text: piece.text.trim() })));
}

function readOwn(cedar: Cedar, text: string): readonly OwnPolicy[] | null {
  const read: OwnPolicy[] = [];
  for (const [at, piece] of piecesOf(text).entries()) {
    const policy = sizeFault(piece) === null ? cedar.read(piece.text) : null;
    if (policy === null || !('json' in policy)) return null;
    read.push({ id: ownId(policy.json, at), text: piece.text.trim(), json: policy.json });
  }
  return read;
}
