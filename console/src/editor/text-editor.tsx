/**
 * A text in CodeMirror, whatever its language. It lies in a shadow root: there its styles are adopted style sheets, which the content security policy of the
 * console lets be, while in the page they would be a `<style>` element, which it forbids.
 */
import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { Problem } from '#policy/read';
import styles from './editor.module.css';
import { look } from './editor-look.ts';
import { placeNow } from './problem-place.ts';
import { typedOver } from './typed-over.ts';

export interface EditorHandle {
  text(): string;
  /** The whole text becomes another; can be undone. */
  replace(text: string): void;
  change(change: { readonly from: number; readonly to: number; readonly insert: string }): void;
  /** Selects, shows, and takes the focus. */
  select(from: number, to: number): void;
  /** Puts the cursor where the problem is. */
  show(problem: Problem): void;
  /** Writes something else there. */
  fix(problem: Problem, fix: string): void;
  focus(): void;
}

export interface TextEditorProps {
  readonly label: string;
  /** What stands there at first. */
  readonly text: string;
  /** Asked once: what is particular to the language. */
  readonly language: () => Extension;
  readonly onChange: (text: string) => void;
  /** Ctrl-Enter and Ctrl-S. */
  readonly onTry: () => void;
  readonly onApply: () => void;
  readonly handle: Ref<EditorHandle>;
}

export function TextEditor(props: TextEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const place = host.current;
    if (place === null) return undefined;
    const root = place.shadowRoot ?? place.attachShadow({ mode: 'open', delegatesFocus: true });
    const made = new EditorView({ root, parent: root, state: stateOf(latest.current.text, () => latest.current) });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);
  useImperativeHandle(props.handle, () => handleOf(view), []);
  return <div ref={host} className={styles['editor']} />;
}

/** Escape, then Tab leaves, also where Escape did something else besides, such as letting a selection go. */
const leavable = EditorView.domEventObservers({
  keydown: ({ key }, view) => {
    if (key === 'Escape') view.setTabFocusMode(LEAVE_MS);
  },
});
const LEAVE_MS = 2_000;

function stateOf(doc: string, props: () => TextEditorProps): EditorState {
  const act = (what: () => void) => () => {
    what();
    return true;
  };
  return EditorState.create({
    doc,
    extensions: [
      lineNumbers(), highlightActiveLineGutter(), foldGutter(), highlightSpecialChars(), history(), drawSelection(), highlightActiveLine(),
      EditorState.allowMultipleSelections.of(true), indentOnInput(), indentUnit.of('  '), bracketMatching(), closeBrackets(), highlightSelectionMatches(), search({ top: false }),
      EditorView.lineWrapping, typedOver, props().language(), look,
      EditorView.contentAttributes.of({ 'aria-label': props().label, tabindex: '0', spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
      leavable,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) props().onChange(update.state.doc.toString());
      }),
      keymap.of([
        { key: 'Mod-Enter', run: act(() => props().onTry()) },
        { key: 'Mod-s', run: act(() => props().onApply()) },
        { key: 'Tab', run: acceptCompletion },
        ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab,
      ]),
    ],
  });
}

function handleOf(view: { readonly current: EditorView | null }): EditorHandle {
  const goTo = (from: number, to: number): void => {
    view.current?.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    view.current?.focus();
  };
  return {
    text: () => view.current?.state.doc.toString() ?? '',
    replace: (text) => view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true }),
    change: (change) => view.current?.dispatch({ changes: change, selection: { anchor: change.from, head: change.from + change.insert.length }, scrollIntoView: true }),
    select: goTo,
    show: (problem) => {
      if (view.current === null) return;
      const { from, to } = placeNow(view.current, problem);
      goTo(from, to);
    },
    fix: (problem, fix) => {
      if (view.current === null) return;
      const { from, to } = placeNow(view.current, problem);
      view.current.dispatch({ changes: { from, to, insert: fix }, selection: { anchor: from + fix.length }, scrollIntoView: true, userEvent: 'input.fix' });
      view.current.focus();
    },
    focus: () => view.current?.focus(),
  };
}
