/** The text on the workbench: what it begins with, its draft in this browser, and a rule that was asked for by the address. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { PolicyInForce } from '#api/policy.ts';
import { insertRule, type NewAction, NEW_ACTIONS, type Wanted } from '#editor/new-rule.ts';
import { readPolicy } from '#policy/read';
import { readWanted } from './address.ts';
import { discardDraft, keepDraft, readDrafts } from './draft.ts';

const PAUSE_MS = 400;

/** A rule that was written for somebody. */
export interface Written {
  readonly id: string;
  readonly wanted: Wanted;
  readonly action: NewAction;
  /** As it stands in the text, while nobody changed it. */
  readonly lines: string;
}

export interface Beginning {
  readonly text: string;
  /** When the draft was kept that it comes from; null if it is the policy's own text. */
  readonly draftAt: number | null;
  readonly written: Written | null;
  /** To be selected. */
  readonly selected: { readonly from: number; readonly to: number } | null;
  /** There is no list of rules that one could be put into. */
  readonly unwritten: boolean;
}

export function useBeginning(policy: PolicyInForce): Beginning {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const [beginning] = useState(() => begin(policy, readWanted(search)));
  // The address has done its work: coming back does not write the rule again.
  const isAsked = readWanted(search) !== null;
  useEffect(() => {
    if (isAsked) void navigate({ to: '.', search: ({ service: _s, key: _k, kind: _i, place: _p, ...rest }: Record<string, unknown>) => rest, replace: true, resetScroll: false });
  }, [isAsked, navigate]);
  return beginning;
}

function begin(policy: PolicyInForce, wanted: Wanted | null): Beginning {
  const draft = readDrafts(localStorage).find(({ base }) => base === policy.digest);
  const text = draft?.text ?? policy.text;
  const plain = { text, draftAt: draft?.at ?? null, written: null, selected: null, unwritten: false };
  if (wanted === null) return plain;
  const inserted = insertRule(text, readPolicy(text).document, wanted);
  if (inserted === null) return { ...plain, unwritten: true };
  const { at, insert, from, to, id } = inserted;
  const after = text.slice(0, at) + insert + text.slice(at);
  return { ...plain, text: after, selected: { from, to }, written: { id, wanted, action: 'drop', lines: after.slice(from, to) } };
}

/** Keeps the draft a moment after the last key; a text that is the policy's own has none. */
export function useDraft(policy: PolicyInForce, base: string, text: string): void {
  const own = policy.text;
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text === own) discardDraft(localStorage, base);
      else keepDraft(localStorage, { base, text, at: Date.now() });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [own, base, text]);
}

/** The lines of the rule with another action; null if somebody changed them since. */
export function otherAction(text: string, { lines }: Written, action: NewAction): { readonly from: number; readonly to: number; readonly insert: string } | null {
  const from = text.indexOf(lines);
  const yaml = NEW_ACTIONS.find(({ id }) => id === action)?.yaml;
  return from === -1 || yaml === undefined ? null : { from, to: from + lines.length, insert: lines.replace(/action: [^\n]*$/u, () => `action: ${yaml}`) };
}
