/**
 * Typing over a selection, done by CodeMirror instead of by the browser: a browser that joins lines puts style attributes on what it moves, which the content
 * security policy forbids and reports, before CodeMirror throws its lines away and draws its own.
 */
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

export const typedOver: Extension = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to } = view.state.selection.main;
    if (event.inputType !== 'insertText' || event.data === null || event.isComposing || from === to || view.state.selection.ranges.length > 1) return false;
    event.preventDefault();
    const text = event.data;
    const insert = () => view.state.update({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: 'input.type', scrollIntoView: true });
    // Brackets around what is selected, and whatever else wants to know of typing.
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
    return true;
  },
});
