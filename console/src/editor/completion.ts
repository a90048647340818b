/** Completion in the editor, and what a member or word means under the pointer: `offers.ts` and the schema, as CodeMirror takes them. */
import { autocompletion, type Completion, type CompletionContext, type CompletionResult, completionStatus, snippetCompletion, startCompletion } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, type Tooltip } from '@codemirror/view';
import { type Known, type Offer, offersAt } from './offers.ts';
import { describe, type Schema, schemasAt } from './schema-walk.ts';
import { yamlPlace } from './yaml-place.ts';

const OFFERED_MAX = 400;
const DETAIL: Readonly<Record<Offer['is'], string>> = { member: '', word: '', seen: 'seen here' };

/** A list that scrolls takes the focus, as everything that scrolls: CodeMirror's own moves by arrow keys in the text, which not everybody's help tells apart. */
const focusable = EditorView.updateListener.of(({ view, state }) => {
  if (completionStatus(state) !== 'active') return;
  view.requestMeasure({ key: 'offers', read: () => view.dom.querySelector<HTMLElement>('.cm-offers > ul'), write: (list) => list?.setAttribute('tabindex', '0') });
});

/** `known` is asked anew each time: what the store knows arrives while somebody writes. */
export function completion(schema: Schema, known: () => Known): Extension {
  const complete = (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const place = yamlPlace(text, context.pos);
    if (place === null) return null;
    // Unasked only where something begins or was begun: not in the middle of a sentence.
    if (!context.explicit && place.typed === '' && !place.isFlow && !place.isInline && context.state.doc.lineAt(context.pos).text.trim() === '') return null;
    const offers = offersAt(schema, known(), place);
    if (offers.length === 0) return null;
    const base = /^ */u.exec(context.state.doc.lineAt(context.pos).text)?.[0].length ?? 0;
    return { from: place.from, options: offers.slice(0, OFFERED_MAX).map((offer, at) => optionOf(offer, base, at)), validFor: /^[\w.*"'-]*$/u };
  };
  return [focusable, autocompletion({ override: [complete], icons: false, activateOnTyping: true, defaultKeymap: true, tooltipClass: () => 'cm-offers' }), hoverTooltip((view, pos) => meaning(schema, view, pos), { hoverTime: 400 })];
}

function optionOf({ label, insert, about, is, goesOn }: Offer, base: number, at: number): Completion {
  // A snippet's lines are indented as the line that it stands in.
  const template = insert.replace(/\n( *)/gu, (_all, spaces: string) => `\n${' '.repeat(Math.max(0, spaces.length - base))}`);
  const option = snippetCompletion(template, { label, type: is, ...(DETAIL[is] === '' ? {} : { detail: DETAIL[is] }), ...(about === undefined ? {} : { info: () => told(about) }), boost: -at / 10 });
  const { apply } = option;
  if (!goesOn || typeof apply !== 'function') return option;
  return {
    ...option,
    apply: (view, chosen, from, to) => {
      apply(view, chosen, from, to);
      startCompletion(view);
    },
  };
}

/** Of the name or word under the pointer. */
function meaning(schema: Schema, view: EditorView, pos: number): Tooltip | null {
  const line = view.state.doc.lineAt(pos);
  const word = [...line.text.matchAll(/[\w-]+/gu)].find(({ 0: text, index }) => line.from + index <= pos && pos <= line.from + index + text.length);
  if (word === undefined) return null;
  const [from, to] = [line.from + word.index, line.from + word.index + word[0].length];
  const place = yamlPlace(view.state.doc.toString(), to);
  if (place === null || place.typed !== word[0]) return null;
  const isName = /^["']?\s*:(?:\s|$)/u.test(view.state.doc.sliceString(to, to + 4));
  const about = isName ? describe(schema, [...place.path, word[0]]) : schemasAt(schema, place.path).find((one) => one.const === word[0])?.description;
  return about === undefined ? null : { pos: from, end: to, above: true, create: () => ({ dom: told(about) }) };
}

/** Text, with what stands between backticks as code. */
export function told(text: string): HTMLElement {
  const place = document.createElement('div');
  place.className = 'cm-told';
  for (const [at, part] of text.split('`').entries()) {
    if (at % 2 === 0) place.append(part);
    else {
      const code = document.createElement('code');
      code.textContent = part;
      place.append(code);
    }
  }
  return place;
}
