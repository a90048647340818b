/** Cedar in the editor: its words coloured, and problems where they are, as the server says them. */
import { StreamLanguage } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import type { Problem } from '#policy/read';
import { diagnosticOf } from './problem-place.ts';

const KEYWORDS = /^(?:permit|forbid|when|unless|principal|action|resource|context|if|then|else|in|is|has|like|true|false)\b/u;
const PAUSE_MS = 500;

const cedar = StreamLanguage.define<null>({
  name: 'cedar',
  startState: () => null,
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/u)) return 'string';
    if (stream.match(/^@\w+/u)) return 'meta';
    if (stream.match(KEYWORDS)) return 'keyword';
    if (stream.match(/^[A-Z]\w*(?=::)/u)) return 'typeName';
    if (stream.match(/^\w+/u)) return null;
    stream.next();
    return 'punctuation';
  },
  languageData: { commentTokens: { line: '//' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
});

/** `check`: what is wrong in a text; null where nobody could say. */
export function cedarLanguage(check: (text: string) => Promise<readonly Problem[] | null>): Extension {
  const marks = linter(
    async (view) => {
      const { doc } = view.state;
      return ((await check(doc.toString())) ?? []).map((problem) => diagnosticOf(doc, problem));
    },
    { delay: PAUSE_MS },
  );
  return [cedar, marks, lintGutter()];
}
