/** What a token is limited to: actions, or globs of them. They are read when the token is made; what they name then, they name for ever. */
import { globMatcher, matchesGlob } from '#control/glob';
import { LIMITS } from '#limits';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { ACTIONS, type Action } from './actions.ts';

type Scopes = readonly string[] | null;

const SCOPE_CHARACTERS_MAX = 64;

/** Without repetitions. Each names at least one action there is. Refusal: scope_unknown, with the actions there are. */
export function readScopes(texts: readonly string[]): readonly string[] | Refusal {
  const scopes = [...new Set(texts)];
  if (scopes.length === 0 || scopes.length > LIMITS.token_scopes_max) return refuse('scope_unknown', `${scopes.length} were given`);
  const wrong = scopes.findIndex((scope) => scope.length > SCOPE_CHARACTERS_MAX || !ACTIONS.some((action) => matchesGlob(scope, action)));
  return wrong < 0 ? scopes : refuse('scope_unknown', `scope ${wrong + 1}; actions are ${ACTIONS.join(', ')}`);
}

/** The actions that scopes name: all of them without scopes. */
export function actionsIn(scopes: Scopes): readonly Action[] {
  if (scopes === null) return ACTIONS;
  const matchers = scopes.map(globMatcher);
  return ACTIONS.filter((action) => matchers.some((matches) => matches(action)));
}

/** Whether the one names nothing that the other does not: a limited token makes no token that is limited less. */
export function isWithin(inner: Scopes, outer: Scopes): boolean {
  if (outer === null) return true;
  const allowed = new Set(actionsIn(outer));
  // Actions that come later count as well: what is not limited at all is not within what is.
  return inner !== null && actionsIn(inner).every((action) => allowed.has(action)) && inner.every((scope) => !scope.includes('*') || outer.some((one) => one.includes('*') && matchesGlob(one, scope)));
}
