/**
 * The query bar: type fields, attributes or words, take what is suggested, and they become chips. A combobox after the ARIA Authoring Practices,
 * with the list below it; focus stays in the field.
 */
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type Ref, useId, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { PageRange } from '#time/use-range.ts';
import { IconButton } from '#ui/button.tsx';
import { Keys } from '#ui/keys.tsx';
import { Chips } from './chips.tsx';
import { CompletionList, optionId } from './completion-list.tsx';
import { applySuggestion, contextOf, suggest, type Suggestion } from './complete.ts';
import { ATTRIBUTES_MAX, type Filter, withFilters, without } from './filters.ts';
import styles from './query-bar.module.css';
import { printFilter, readQuery, type SyntaxError } from './syntax.ts';
import { cutTerms } from './terms.ts';
import { useKnown } from './use-known.ts';

export interface QueryBarHandle {
  focus(): void;
  /** Puts a filter into the bar to be changed. */
  edit(filter: Filter): void;
}

export interface QueryBarProps {
  readonly ref?: Ref<QueryBarHandle>;
  readonly filters: readonly Filter[];
  readonly range: PageRange;
  readonly onFilters: (filters: readonly Filter[]) => void;
  /** Enter with nothing new: asks again. */
  readonly onRun: () => void;
  readonly onTrace: (id: string) => void;
  /** At the end of the bar. */
  readonly children?: ReactNode;
}

export function QueryBar({ ref, filters, range, onFilters, onRun, onTrace, children }: QueryBarProps): ReactNode {
  const [text, setText] = useState('');
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [edited, setEdited] = useState<Filter | null>(null);
  const [error, setError] = useState<SyntaxError | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const selecting = useRef(0);
  const list = useId();
  const context = useMemo(() => contextOf(text, caret), [text, caret]);
  const { known, waiting } = useKnown(context, filters, range, open);
  const suggestions = useMemo(() => (open ? suggest(context, known) : []), [open, context, known]);

  // The field has its new value only after it is drawn; what was to be selected before that is not any more.
  const select = (from: number, to: number): void => {
    cancelAnimationFrame(selecting.current);
    selecting.current = requestAnimationFrame(() => input.current?.setSelectionRange(from, to));
  };
  const write = (value: string, at: number): void => {
    setText(value);
    setCaret(at);
    setActive(-1);
    setError(null);
    select(at, at);
  };
  const add = (more: readonly Filter[]): boolean => {
    const after = withFilters(edited === null ? filters : without(filters, edited), more);
    if (after.filter(({ is }) => is === 'attribute').length > ATTRIBUTES_MAX) {
      setError({ from: 0, to: text.length, says: `A search has at most ${ATTRIBUTES_MAX} filters on attributes and words. Take one out first.` });
      return false;
    }
    setEdited(null);
    onFilters(after);
    return true;
  };
  const take = (suggestion: Suggestion): void => {
    const applied = applySuggestion(text, caret, suggestion, context);
    if (applied.filters.length > 0 && !add(applied.filters)) return;
    write(applied.text, applied.caret);
    setOpen(true);
    input.current?.focus();
  };
  const edit = (filter: Filter): void => {
    const printed = printFilter(filter);
    setEdited(filter);
    write(printed, printed.length);
    setOpen(true);
    input.current?.focus();
  };
  const run = (): void => {
    const reading = readQuery(text);
    const [first] = reading.errors;
    if (first !== undefined) {
      setError(first);
      setOpen(true);
      select(first.from, first.to);
      return;
    }
    if (reading.traceId !== null) return onTrace(reading.traceId);
    if (reading.filters.length > 0 || edited !== null) {
      if (!add(reading.filters)) return;
    } else onRun();
    write('', 0);
    setOpen(false);
  };
  const leave = (): void => {
    setOpen(false);
    setActive(-1);
  };
  useImperativeHandle(ref, () => ({
    focus: () => {
      input.current?.focus();
      setOpen(true);
    },
    edit,
  }));

  const onText = (value: string, at: number): void => {
    setOpen(true);
    const complete = at === value.length ? completeTerm(value) : null;
    if (complete !== null && add(complete.filters)) write(complete.left, complete.left.length);
    else write(value, at);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    const atStart = input.current?.selectionStart === 0 && input.current.selectionEnd === 0;
    const chosen = suggestions[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const count = suggestions.length;
      setActive(count === 0 ? -1 : active === -1 ? (step === 1 ? 0 : count - 1) : (active + step + count) % count);
    } else if (event.key === 'Enter') {
      if (chosen === undefined) run();
      else take(chosen);
    } else if (event.key === 'Tab' && !event.shiftKey && open && text.trim() !== '' && suggestions[0] !== undefined) take(chosen ?? suggestions[0]);
    else if (event.key === 'Escape' && (open || text !== '')) {
      if (open) leave();
      else {
        write('', 0);
        setEdited(null);
      }
    } else if (event.key === 'Backspace' && text === '' && filters.length > 0) {
      const last = filters.at(-1);
      if (last !== undefined) onFilters(without(filters, last));
    } else if (event.key === 'ArrowLeft' && atStart && filters.length > 0) {
      const chips = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[data-chip]');
      chips?.item(chips.length - 1).focus();
    } else return;
    event.preventDefault();
  };
  const showsList = open && (suggestions.length > 0 || waiting || error !== null);
  return (
    <search className={styles['place']} onBlur={(event) => (event.currentTarget.contains(event.relatedTarget) ? undefined : leave())}>
      <div className={styles['bar']} data-invalid={error !== null || undefined} onClick={(event) => (event.target === event.currentTarget ? input.current?.focus() : undefined)}>
        <Search aria-hidden size={15} className={styles['glass'] ?? ''} />
        <Chips filters={filters} edited={edited} onEdit={edit} onRemove={(filter) => onFilters(without(filters, filter))} onLeave={() => input.current?.focus()} />
        <input
          ref={input}
          className={styles['input']}
          role="combobox"
          aria-label="Search traces: fields, attributes or words"
          aria-expanded={showsList}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={active >= 0 && showsList ? optionId(list, active) : undefined}
          aria-invalid={error !== null || undefined}
          aria-describedby={error === null ? undefined : `${list}-error`}
          placeholder={filters.length === 0 ? 'service:checkout  status:error  duration>200ms  http.route=/cart  or words' : 'and …'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          value={text}
          onChange={(event) => onText(event.target.value, event.target.selectionStart ?? event.target.value.length)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onKeyDown={onKey}
          onClick={() => setOpen(true)}
        />
        {filters.length === 0 && text === '' ? (
          <span aria-hidden className={styles['key']}>
            <Keys keys="/" />
          </span>
        ) : (
          <IconButton
            size="small"
            label="Clear the search"
            onPress={() => {
              setEdited(null);
              write('', 0);
              onFilters([]);
            }}
          >
            <X aria-hidden />
          </IconButton>
        )}
        {children}
      </div>
      <CompletionList id={list} isOpen={showsList} suggestions={suggestions} active={active} waiting={waiting} error={error} text={text} onTake={take} />
    </search>
  );
}

/** A space after a field or attribute makes it a chip; words wait for Enter, there may be more of them. */
function completeTerm(text: string): { readonly filters: readonly Filter[]; readonly left: string } | null {
  if (!/\s$/.test(text)) return null;
  const term = cutTerms(text).at(-1);
  if (term === undefined || term.sign === null || !term.closed || text.slice(term.to).trim() !== '') return null;
  const { filters, errors } = readQuery(text.slice(term.from, term.to));
  return errors.length > 0 || filters.length === 0 ? null : { filters, left: text.slice(0, term.from) };
}
