/** The text of a minimization policy: YAML, with completion and problems as the server would find them. */
import { yaml } from '@codemirror/lang-yaml';
import type { Extension } from '@codemirror/state';
import { type ReactNode, useRef } from 'react';
import { completion } from './completion.ts';
import type { Known } from './offers.ts';
import { problemMarks, type Reading } from './problem-marks.ts';
import type { Schema } from './schema-walk.ts';
import { TextEditor, type TextEditorProps } from './text-editor.tsx';

export interface CodeEditorProps extends Omit<TextEditorProps, 'language'> {
  readonly schema: Schema;
  readonly known: () => Known;
  readonly onRead: (reading: Reading) => void;
}

export function CodeEditor({ schema, known, onRead, ...rest }: CodeEditorProps): ReactNode {
  const latest = useRef({ known, onRead });
  latest.current = { known, onRead };
  const language = (): Extension => [yaml(), completion(schema, () => latest.current.known()), problemMarks(rest.text, (reading) => latest.current.onRead(reading))];
  return <TextEditor {...rest} language={language} />;
}
