/** How the text of a policy looks: CodeMirror's own rules, said in the tokens of the console, which reach into its shadow root as custom properties. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const theme = EditorView.theme({
  '&': { blockSize: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--size)' },
  // The focus is shown around the whole, in editor.module.css.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--face-mono)', lineHeight: '1.6', fontVariantLigatures: 'none', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection': { backgroundColor: 'var(--accent-soft)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-faint)', borderRight: '1px solid var(--border)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 12px' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selected)', outline: '1px solid var(--border-strong)' },
  '.cm-nonmatchingBracket': { color: 'var(--error)' },
  '.cm-searchMatch': { backgroundColor: 'var(--minimized-soft)', outline: '1px solid var(--minimized)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-soft)', outlineColor: 'var(--accent)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--sunken)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunken)', border: '1px solid var(--border)', color: 'var(--text-quiet)' },
  // What floats and what opens.
  '.cm-tooltip': { border: '1px solid var(--border)', borderRadius: '6px', backgroundColor: 'var(--raised)', color: 'var(--text)', boxShadow: 'var(--shadow-floating)', fontFamily: 'var(--face)', zIndex: '20', maxInlineSize: 'min(440px, 90vw)' },
  '.cm-tooltip .cm-tooltip-arrow': { display: 'none' },
  '.cm-told': { padding: '6px 10px', fontSize: 'var(--size)', lineHeight: 'var(--line)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--face-mono)', maxBlockSize: '16em', minInlineSize: '160px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', color: 'var(--text)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--selected)', color: 'var(--text)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '500', color: 'var(--accent)' },
  '.cm-completionDetail': { color: 'var(--text-faint)', fontStyle: 'normal', fontFamily: 'var(--face)', marginInlineStart: '12px' },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 10px', maxInlineSize: '320px', lineHeight: 'var(--line)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--border)' },
  '.cm-panel.cm-search': { padding: '8px', fontFamily: 'var(--face)', fontSize: 'var(--size)' },
  '.cm-textfield:focus-visible, .cm-button:focus-visible, .cm-panel button:focus-visible': { outline: '2px solid var(--focus)', outlineOffset: '-1px' },
  '.cm-textfield': { fontFamily: 'var(--face)', backgroundColor: 'var(--surface)', border: '1px solid var(--border-strong)', borderRadius: '6px', padding: '3px 8px', fontSize: 'var(--size)', color: 'var(--text)' },
  '.cm-button': { fontFamily: 'var(--face)', backgroundImage: 'none', backgroundColor: 'var(--surface)', border: '1px solid var(--border)', borderRadius: '6px', padding: '3px 9px', color: 'var(--text)', fontSize: 'var(--size)' },
  '.cm-panel.cm-search [name=close]': { color: 'var(--text)', fontSize: 'var(--size-large)', minInlineSize: '24px', minBlockSize: '24px' },
  // Problems: a wavy line, and in the gutter a shape for each severity.
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--error)', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--minimized)', textUnderlineOffset: '3px' },
  '.cm-lintRange-hint': { backgroundImage: 'none', textDecoration: 'underline dotted var(--border-strong)', textUnderlineOffset: '3px' },
  '.cm-lintRange-active': { backgroundColor: 'var(--sunken)' },
  '.cm-lintPoint:after': { borderBottomColor: 'var(--error)' },
  '.cm-gutter-lint': { inlineSize: '18px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 2px' },
  '.cm-lint-marker': { inlineSize: '12px', blockSize: '12px', marginBlockStart: '5px', textAlign: 'center', fontSize: '11px', lineHeight: '12px', fontWeight: '700' },
  '.cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-hint': { content: 'none' },
  '.cm-lint-marker-error::before': { content: '"✕"', color: 'var(--error)' },
  '.cm-lint-marker-warning::before': { content: '"▲"', color: 'var(--minimized)' },
  '.cm-lint-marker-hint::before': { content: '"●"', color: 'var(--text-faint)' },
  '.cm-diagnostic': { padding: '6px 10px', marginInlineStart: '0', borderInlineStart: '3px solid var(--border-strong)', lineHeight: 'var(--line)', fontSize: 'var(--size)' },
  '.cm-diagnostic-error': { borderInlineStartColor: 'var(--error)' },
  '.cm-diagnostic-warning': { borderInlineStartColor: 'var(--minimized)' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)', borderRadius: '4px', padding: '2px 8px', marginInlineStart: '0', marginBlockStart: '4px', fontSize: 'var(--size-small)' },
  '.cm-remedy': { display: 'block', color: 'var(--text-quiet)' },
});

const colours = HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: 'var(--text)', fontWeight: '500' },
  { tag: [tags.content, tags.string], color: 'var(--accent)' },
  { tag: tags.special(tags.string), color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--text-faint)', fontStyle: 'italic' },
  { tag: [tags.separator, tags.punctuation, tags.bracket, tags.squareBracket, tags.brace], color: 'var(--text-quiet)' },
  { tag: [tags.keyword, tags.meta, tags.labelName, tags.typeName], color: 'var(--restricted)' },
]);

export const look: Extension = [theme, syntaxHighlighting(colours)];
