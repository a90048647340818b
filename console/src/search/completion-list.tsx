/** The list under the query bar: what could be written next, and what is wrong with what was. */
import { type ReactNode, useEffect, useRef } from 'react';
import { Keys } from '#ui/keys.tsx';
import type { Suggestion } from './complete.ts';
import styles from './query-bar.module.css';
import type { SyntaxError } from './syntax.ts';

export interface CompletionListProps {
  readonly id: string;
  readonly isOpen: boolean;
  readonly suggestions: readonly Suggestion[];
  readonly active: number;
  readonly waiting: boolean;
  readonly error: SyntaxError | null;
  /** That the error is about. */
  readonly text: string;
  readonly onTake: (suggestion: Suggestion) => void;
}

export function optionId(list: string, at: number): string {
  return `${list}-${at}`;
}

export function CompletionList({ id, isOpen, suggestions, active, waiting, error, text, onTake }: CompletionListProps): ReactNode {
  const options = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active >= 0) options.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <>
      <span role="status" className="visually-hidden">
        {isOpen && error === null ? (suggestions.length === 0 ? 'No suggestions' : `${suggestions.length} suggestions`) : ''}
      </span>
      <div className={styles['list']} hidden={!isOpen} onMouseDown={(event) => event.preventDefault()}>
        {error === null ? null : (
          <p id={`${id}-error`} role="alert" className={styles['error']}>
            <code>{text.slice(error.from, error.to)}</code>
            <span>{error.says}</span>
          </p>
        )}
        <div ref={options} id={id} role="listbox" aria-label="Suggestions" className={styles['options']}>
          {suggestions.map((suggestion, at) => (
            <Option key={suggestion.id} id={optionId(id, at)} suggestion={suggestion} isActive={at === active} heading={suggestions[at - 1]?.group !== suggestion.group} onTake={onTake} />
          ))}
          {waiting && suggestions.length === 0 ? <p className={styles['group']}>Looking …</p> : null}
        </div>
        <p aria-hidden className={styles['foot']}>
          <span>
            <Keys keys="down" /> choose
          </span>
          <span>
            <Keys keys="Tab" /> complete
          </span>
          <span>
            <Keys keys="enter" /> search
          </span>
          <span>-status:error excludes · "…" for spaces · resource:host.name=… at one place</span>
        </p>
      </div>
    </>
  );
}

interface OptionProps {
  readonly id: string;
  readonly suggestion: Suggestion;
  readonly isActive: boolean;
  readonly heading: boolean;
  readonly onTake: (suggestion: Suggestion) => void;
}

function Option({ id, suggestion, isActive, heading, onTake }: OptionProps): ReactNode {
  return (
    <>
      {heading ? (
        <div role="presentation" className={styles['group']}>
          {suggestion.group}
        </div>
      ) : null}
      <div id={id} role="option" aria-selected={isActive} className={styles['option']} onClick={() => onTake(suggestion)}>
        <span className={styles['label']}>{suggestion.label}</span>
        {suggestion.detail === undefined ? null : <span className={styles['detail']}>{suggestion.detail}</span>}
      </div>
    </>
  );
}
