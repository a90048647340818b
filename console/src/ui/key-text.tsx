/** The key of an attribute: where it is too long for its place it breaks after its dots, not within a word. */
import type { ReactNode } from 'react';

export function KeyText({ text }: { readonly text: string }): ReactNode {
  return text.split(/(?<=[._/])/u).map((part, at) => (
    <span key={at}>
      {at === 0 ? null : <wbr />}
      {part}
    </span>
  ));
}
