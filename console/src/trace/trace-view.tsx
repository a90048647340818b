/** A trace on the page: head, strip, tools, and one of four views with the details of a span beside it. Puts keys, address and pictures together. */
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Approval, approvalsQuery } from '#api/approvals.ts';
import { get } from '#api/client.ts';
import { useMay } from '#api/session.ts';
import type { TraceModel } from '#outline/model.ts';
import { nameOf, spanById } from '#outline/outline.ts';
import { useSeal } from '#seal/use-seal.ts';
import { Empty } from '#ui/empty.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import type { TraceAddress } from './address.ts';
import { BrokenBanner } from './broken-banner.tsx';
import { CompareDialog } from './compare-dialog.tsx';
import { Details } from './details.tsx';
import { findErrors, findSpans } from './find.ts';
import { FlameView } from './flame-view.tsx';
import { Minimap } from './minimap.tsx';
import { Notices } from './notices.tsx';
import { OpenedPanel } from './opened-panel.tsx';
import { OperationTable } from './operation-table.tsx';
import { RevealDialog } from './reveal-dialog.tsx';
import { foldFrom, nextMarked, rowOf, visibleRows } from './rows.ts';
import { SealLine } from './seal-line.tsx';
import { sealedFields, SealedLine } from './sealed-line.tsx';
import { SpanList } from './span-list.tsx';
import { Toolbar } from './toolbar.tsx';
import styles from './trace.module.css';
import { TraceHeader } from './trace-header.tsx';
import { useCopyLink } from './use-copy-link.ts';
import type { Opening } from './use-opening.ts';
import { type ChangeAddress, useCursor } from './use-trace-state.ts';
import { Waterfall } from './waterfall.tsx';

/** Comes when somebody asks for it. */
const ProofPanel = lazy(() => import('./proof-panel.tsx').then((module) => ({ default: module.ProofPanel })));

export interface TraceViewProps {
  readonly model: TraceModel;
  readonly address: TraceAddress;
  readonly change: ChangeAddress;
  readonly opening: Opening;
}

export function TraceView({ model, address, change, opening }: TraceViewProps): ReactNode {
  const { outline, tree } = model;
  const { text, only, view, zoom } = address;
  const cursor = useCursor(outline, address, change);
  const [folded, setFolded] = useState<Uint8Array>(() => new Uint8Array(outline.size));
  const [comparing, setComparing] = useState(false);
  const [revealing, setRevealing] = useState<Revealing | null>(null);
  const [isListed, setListed] = useState(false);
  const mayReveal = useMay('field.reveal');
  const [isCopied, copyLink] = useCopyLink();
  const field = useRef<HTMLInputElement>(null);
  const focus = spanById(outline, address.focus);
  const seal = useSeal(outline);
  const broken = seal.verdict?.state === 'broken' ? seal.verdict : null;
  const distrusted = useMemo(() => (broken === null ? null : new Set(broken.differences.map(({ span }) => span))), [broken]);
  // Tabs tell it, too.
  useEffect(() => {
    if (broken === null) return undefined;
    const before = document.title;
    document.title = `Broken seal · ${before}`;
    return () => {
      document.title = before;
    };
  }, [broken]);
  const fields = useMemo(() => sealedFields(outline), [outline]);
  const shown = opening.opened;
  const isList = isListed && shown !== null;
  /** What lies beside is a span, the proof, or what stands open. */
  const showProof = (isOpen: boolean): void => {
    if (isOpen) cursor.close();
    setListed(false);
    change({ proof: isOpen });
  };
  const showList = (isOpen: boolean): void => {
    if (isOpen) cursor.close();
    if (isOpen && address.proof) change({ proof: false });
    setListed(isOpen);
  };
  // From the list of approvals: what was given is offered at once, and once.
  const { data: approvals } = useQuery({ ...approvalsQuery, enabled: mayReveal && address.approval !== undefined });
  useEffect(() => {
    if (approvals === undefined || address.approval === undefined) return;
    const given = approvals.find(({ id, mine, state, trace }) => id === address.approval && mine && state === 'approved' && trace === outline.traceId);
    if (given !== undefined) setRevealing({ field: null, approval: given });
    change({ approval: undefined });
  }, [approvals, address.approval, outline.traceId, change]);
  const askFor = useCallback((field: string | null) => setRevealing({ field, approval: null }), []);

  const matches = useQuery({
    queryKey: ['matches', outline.traceId, text],
    queryFn: ({ signal }) => get<{ spanIds: readonly string[]; more: boolean }>(`/api/v1/traces/${outline.traceId}/matches`, { text }, signal),
    enabled: text !== '',
    staleTime: Infinity,
  });
  const found = useMemo(() => (text === '' ? null : findSpans(outline, text, matches.data?.spanIds ?? [])), [outline, text, matches.data]);
  const errors = useMemo(() => findErrors(outline), [outline]);
  const wanted = useMemo(() => {
    if (only === 'errors') return errors;
    if (only === 'critical') return Uint8Array.from(model.critical.time, (time) => (time > 0 ? 1 : 0));
    return only === 'matches' ? (found?.marked ?? null) : null;
  }, [only, errors, found, model]);
  const foldedServices = useMemo(() => Uint8Array.from(outline.services, (name) => (address.foldedServices.includes(name) ? 1 : 0)), [outline, address.foldedServices]);
  const rows = useMemo(() => visibleRows(outline, tree, { folded, foldedServices, wanted, focus }), [outline, tree, folded, foldedServices, wanted, focus]);
  const row = useMemo(() => (cursor.span === -1 ? -1 : rowOf(rows, tree, cursor.span)), [rows, tree, cursor.span]);

  /** Moves to a row; details that are open follow. */
  const moveTo = (at: number): void => {
    const span = rows.spans[Math.max(0, Math.min(rows.spans.length - 1, at))];
    if (span !== undefined) cursor.move(span);
  };
  const fold = useCallback((span: number, to?: 0 | 1) => {
    setFolded((before) => {
      const next = Uint8Array.from(before);
      next[span] = to ?? (before[span] === 1 ? 0 : 1);
      return next;
    });
  }, []);
  /** Opens what is folded above a span, so that it has a row. */
  const reveal = (span: number): void => {
    setFolded((before) => {
      const next = Uint8Array.from(before);
      for (let at = tree.parent[span] ?? -1; at !== -1; at = tree.parent[at] ?? -1) next[at] = 0;
      return next;
    });
    cursor.move(span);
  };
  /** The next of some spans in the order of the whole tree, folded or not. */
  const nextOf = (marked: Uint8Array, step: 1 | -1): void => {
    const unfolded = visibleRows(outline, tree, { folded: new Uint8Array(outline.size), foldedServices, wanted, focus });
    const at = nextMarked(unfolded, marked, cursor.span === -1 ? (step === 1 ? -1 : 0) : rowOf(unfolded, tree, cursor.span), step);
    const span = unfolded.spans[at];
    if (span !== undefined) reveal(span);
  };
  const right = (): void => {
    const span = rows.spans[row];
    if (span === undefined) moveTo(0);
    else if (folded[span] === 1) fold(span, 0);
    else if ((tree.size[span] ?? 1) > 1) moveTo(row + 1);
  };
  const left = (): void => {
    const span = rows.spans[row];
    if (span === undefined) return;
    if ((tree.size[span] ?? 1) > 1 && folded[span] !== 1) fold(span, 1);
    else if ((tree.parent[span] ?? -1) !== -1) moveTo(rowOf(rows, tree, tree.parent[span] ?? -1));
  };
  const open = useCallback(
    (span: number) => {
      cursor.open(span);
      setListed(false);
      if (address.proof) change({ proof: false });
    },
    [cursor, address.proof, change],
  );
  const openCurrent = (): void => {
    const span = rows.spans[row];
    if (span !== undefined) open(span);
  };
  const focusOn = (span: number): void => change({ focus: focus === span || span === -1 ? undefined : outline.ids[span], view: 'waterfall' });
  const back = (): void => {
    if (address.proof) showProof(false);
    else if (isList) showList(false);
    else if (cursor.isOpen) cursor.close();
    else if (address.focus !== undefined) change({ focus: undefined });
    else if (zoom !== null) change({ zoom: null });
  };
  const inWaterfall = (): boolean => view === 'waterfall' && (document.activeElement === document.body || document.activeElement?.id === 'page' || document.activeElement?.getAttribute('role') === 'treegrid');

  useShortcuts('Trace', [
    { keys: 'j', does: 'Next span', act: () => moveTo(row + 1) },
    { keys: 'k', does: 'Previous span', act: () => moveTo(row - 1) },
    { keys: 'ArrowRight', does: 'Unfold, or go into', when: inWaterfall, act: right },
    { keys: 'ArrowLeft', does: 'Fold, or go to the parent', when: inWaterfall, act: left },
    { keys: 'ArrowDown', does: 'Next span', when: inWaterfall, act: () => moveTo(row + 1) },
    { keys: 'ArrowUp', does: 'Previous span', when: inWaterfall, act: () => moveTo(row - 1) },
    { keys: 'Enter', does: 'Open the details', when: inWaterfall, act: openCurrent },
    { keys: 'Escape', does: 'Back: details, focus, stretch of time', act: back },
    { keys: 'f', does: 'Only this span and what is below it', act: () => focusOn(cursor.span) },
    { keys: 'e', does: 'Next error', act: () => nextOf(errors, 1) },
    { keys: '/', does: 'Find in this trace', act: () => field.current?.focus() },
    { keys: 'n', does: 'Next match', act: () => (found === null ? undefined : nextOf(found.marked, 1)) },
    { keys: 'N', does: 'Previous match', act: () => (found === null ? undefined : nextOf(found.marked, -1)) },
    { keys: 'c', does: 'Compare with another trace', act: () => setComparing(true) },
    { keys: 'y', does: 'Copy the link', act: copyLink },
    { keys: 'p', does: 'Show the proof behind the seal', act: () => showProof(!address.proof) },
    ...(fields.length === 0 || !mayReveal ? [] : [{ keys: 'o', does: shown === null ? 'Reveal sealed values' : 'List what stands open', act: () => (shown === null ? askFor(null) : showList(!isListed)) }]),
  ]);
  const key = (event: KeyboardEvent): void => {
    const page = 20;
    const at = { Home: 0, End: rows.spans.length - 1, PageDown: row + page, PageUp: row - page }[event.key];
    if (at === undefined) return;
    event.preventDefault();
    moveTo(at);
  };

  const onText = useCallback((next: string) => change({ text: next }), [change]);
  const position = useMemo(() => (found === null || cursor.span === -1 || found.marked[cursor.span] !== 1 ? 0 : countBefore(tree.order, found.marked, tree.row[cursor.span] ?? 0) + 1), [found, tree, cursor.span]);
  return (
    <>
      <TraceHeader model={model} foldedServices={address.foldedServices} onFoldServices={(names) => change({ foldedServices: names })} onCompare={() => setComparing(true)} isCopied={isCopied} onCopyLink={copyLink} seal={<SealLine seal={seal} isOpen={address.proof} onProof={showProof} />} sealed={<SealedLine outline={outline} opening={opening} isListed={isList} onList={showList} onReveal={() => askFor(null)} onUse={(approval) => setRevealing({ field: null, approval })} />} />
      {broken === null ? null : <BrokenBanner traceId={outline.traceId} seal={seal} verdict={broken} isOpen={address.proof} onProof={() => showProof(true)} />}
      <Notices model={model} onAsSent={(asSent) => change({ asSent })} />
      <Toolbar
        view={view}
        onView={(next) => change({ view: next })}
        text={text}
        onText={onText}
        found={found === null ? null : { count: found.count, at: position, isSearching: matches.isFetching, more: matches.data?.more === true }}
        onNext={(step) => (found === null ? undefined : nextOf(found.marked, step))}
        only={only}
        onOnly={(next) => change({ only: next })}
        onFoldAll={() => setFolded(foldFrom(tree, tree.deepest > 1 ? 1 : 0))}
        onUnfoldAll={() => setFolded(new Uint8Array(outline.size))}
        focusName={focus === -1 ? null : nameOf(outline, focus)}
        onUnfocus={() => change({ focus: undefined })}
        field={field}
      />
      {view === 'waterfall' ? <Minimap model={model} zoom={zoom} onZoom={(next) => change({ zoom: next })} /> : null}
      <div className={styles['split']} data-open={cursor.isOpen || address.proof || isList || undefined} data-broken={broken !== null || undefined}>
        {view === 'flame' ? (
          <FlameView model={model} text={text} onOpen={open} />
        ) : view === 'spans' ? (
          <SpanList model={model} marked={found?.marked ?? null} current={cursor.isOpen ? cursor.span : -1} onOpen={open} />
        ) : view === 'operations' ? (
          <OperationTable model={model} text={text} onOpen={open} />
        ) : rows.spans.length === 0 ? (
          <Nothing only={only} onAll={() => change({ only: 'all' })} />
        ) : (
          <Waterfall model={model} rows={rows} folded={folded} zoom={zoom} row={row} isOpen={cursor.isOpen} marked={found?.marked ?? null} distrusted={distrusted} onOpen={open} onFold={fold} onKey={key} />
        )}
        {address.proof ? (
          <Suspense fallback={<div aria-busy="true" />}>
            <ProofPanel traceId={outline.traceId} seal={seal} onClose={() => showProof(false)} onOpen={(span) => { reveal(span); open(span); }} nameOf={(span) => nameOf(outline, span)} />
          </Suspense>
        ) : isList ? (
          <OpenedPanel outline={outline} opened={shown} onOpen={(span) => { reveal(span); open(span); }} onClose={() => showList(false)} />
        ) : cursor.isOpen && cursor.span !== -1 ? <Details model={model} span={cursor.span} onClose={cursor.close} onFocus={() => focusOn(cursor.span)} onOpen={reveal} onReveal={mayReveal ? askFor : null} opened={shown} verdict={seal.verdict} /> : null}
      </div>
      {revealing === null ? null : (
        <RevealDialog
          fields={fields}
          wanted={revealing.field}
          approval={revealing.approval}
          opening={opening}
          onClose={() => setRevealing(null)}
          onOpened={() => {
            setRevealing(null);
            // Who came from a span goes on reading it.
            if (!cursor.isOpen) showList(true);
          }}
        />
      )}
      <CompareDialog model={model} isOpen={comparing} onClose={() => setComparing(false)} />
    </>
  );
}

/** Somebody asks to open something: a field they came from, or an approval that was given. */
interface Revealing {
  readonly field: string | null;
  readonly approval: Approval | null;
}

function Nothing({ only, onAll }: { readonly only: TraceAddress['only']; readonly onAll: () => void }): ReactNode {
  return (
    <div className={styles['nothing']}>
      <Empty title={only === 'errors' ? 'No span of this trace failed' : 'No span matches'}>
        <button type="button" className={styles['way']} onClick={onAll}>
          Show all spans
        </button>
      </Empty>
    </div>
  );
}

function countBefore(order: Int32Array, marked: Uint8Array, row: number): number {
  let count = 0;
  for (let at = 0; at < row; at += 1) count += marked[order[at] ?? 0] ?? 0;
  return count;
}
