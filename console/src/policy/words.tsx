/** Words with names of the policy in them. */
import { Fragment, type ReactNode } from 'react';
import type { Words } from './rule-words.ts';

export function Told({ words }: { readonly words: Words }): ReactNode {
  return words.map((word, at) => (typeof word === 'string' ? <Fragment key={at}>{word}</Fragment> : <code key={at}>{word.code}</code>));
}

/** Text in which names stand between backticks. */
export function Marked({ text }: { readonly text: string }): ReactNode {
  return text.split('`').map((part, at) => (at % 2 === 0 ? <Fragment key={at}>{part}</Fragment> : <code key={at}>{part}</code>));
}
