/** What is above the waterfall: views, finding, filters, folding. */
import { ChevronDown, ChevronsDownUp, ChevronsUpDown, ChevronUp, Focus, Search } from 'lucide-react';
import { type ReactNode, type Ref, useEffect, useRef, useState } from 'react';
import { count } from '#time/format.ts';
import { Button, IconButton } from '#ui/button.tsx';
import { Choice, Segments } from '#ui/choice.tsx';
import type { Only, View } from './address.ts';
import styles from './toolbar.module.css';

const VIEW_OPTIONS: readonly { readonly id: View; readonly label: string }[] = [
  { id: 'waterfall', label: 'Waterfall' },
  { id: 'flame', label: 'Flame' },
  { id: 'spans', label: 'Spans' },
  { id: 'operations', label: 'Operations' },
];
const ONLY_OPTIONS: readonly { readonly id: Only; readonly label: string }[] = [
  { id: 'all', label: 'All spans' },
  { id: 'errors', label: 'Only errors' },
  { id: 'critical', label: 'Only critical path' },
  { id: 'matches', label: 'Only matches' },
];

export interface ToolbarProps {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Null without a text. */
  readonly found: { readonly count: number; readonly at: number; readonly isSearching: boolean; readonly more: boolean } | null;
  readonly onNext: (step: 1 | -1) => void;
  readonly only: Only;
  readonly onOnly: (only: Only) => void;
  readonly onFoldAll: () => void;
  readonly onUnfoldAll: () => void;
  readonly focusName: string | null;
  readonly onUnfocus: () => void;
  readonly field: Ref<HTMLInputElement>;
}

/** The address follows the typing after this pause. */
const WRITE_MS = 250;

export function Toolbar(props: ToolbarProps): ReactNode {
  const { view, onView, found, onNext, only, onOnly, onFoldAll, onUnfoldAll, focusName, onUnfocus } = props;
  const inRows = view === 'waterfall';
  return (
    <div className={styles['toolbar']} role="toolbar" aria-label="View and filter">
      <Segments label="View" options={VIEW_OPTIONS} value={view} onChange={onView} />
      <FindField {...props} />
      {found === null ? null : (
        <span className={styles['found']} role="status">
          {found.count === 0 ? (found.isSearching ? 'searching' : 'no match') : `${found.at === 0 ? '' : `${count(found.at)} of `}${count(found.count)}${found.more ? ' or more' : ''}${found.at === 0 ? (found.count === 1 ? ' match' : ' matches') : ''}`}
        </span>
      )}
      {found === null || found.count === 0 || !inRows ? null : (
        <>
          <IconButton size="small" label="Previous match" keys="N" onPress={() => onNext(-1)}>
            <ChevronUp aria-hidden />
          </IconButton>
          <IconButton size="small" label="Next match" keys="n" onPress={() => onNext(1)}>
            <ChevronDown aria-hidden />
          </IconButton>
        </>
      )}
      {inRows ? (
        <>
          <Choice label="Show" bare options={ONLY_OPTIONS} value={only} onChange={onOnly} />
          <IconButton label="Fold all" onPress={onFoldAll}>
            <ChevronsDownUp aria-hidden />
          </IconButton>
          <IconButton label="Unfold all" onPress={onUnfoldAll}>
            <ChevronsUpDown aria-hidden />
          </IconButton>
        </>
      ) : null}
      {focusName === null || !inRows ? null : (
        <Button size="small" onPress={onUnfocus}>
          <Focus aria-hidden />
          Only {focusName}: show the whole trace
        </Button>
      )}
    </div>
  );
}

function FindField({ text, onText, onNext, field }: ToolbarProps): ReactNode {
  const [typed, setTyped] = useState(text);
  const written = useRef(text);
  useEffect(() => {
    if (text === written.current) return;
    written.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed === written.current) return undefined;
    const timer = setTimeout(() => {
      written.current = typed;
      onText(typed);
    }, WRITE_MS);
    return () => clearTimeout(timer);
  }, [typed, onText]);
  return (
    <span className={styles['find']}>
      <Search aria-hidden size={14} />
      <input
        ref={field}
        type="search"
        aria-label="Find in this trace: name, service, attribute, event"
        placeholder="Find in this trace"
        title="Names and services at once, attributes and events by the server. Press / to come here."
        maxLength={256}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onNext(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') {
            if (typed === '') event.currentTarget.blur();
            setTyped('');
          }
        }}
      />
    </span>
  );
}
