/** Findings: what verification, witnesses and the checks at the door found, as a list with the details beside it. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { type ReactNode, useCallback, useMemo } from 'react';
import { type Finding, findingsQuery } from '#api/findings.ts';
import { count, plural } from '#time/format.ts';
import { useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Choice, Segments } from '#ui/choice.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Severity } from '#ui/severity.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { TimeText } from '#ui/time-text.tsx';
import { filterOf, type FindingsAddress, readFindingsAddress, type Shown, writeFindingsAddress } from './address.ts';
import { FindingDetails } from './finding-details.tsx';
import styles from './findings.module.css';
import { statusWords } from './status-words.ts';

const SHOWN: readonly { readonly id: Shown; readonly label: string }[] = [
  { id: 'open', label: 'Open' },
  { id: 'suppressed', label: 'Suppressed' },
  { id: 'closed', label: 'Closed' },
  { id: 'all', label: 'All' },
];
const SEVERITY = [
  { id: 'any', label: 'Any severity' },
  { id: '2', label: 'Low and above' },
  { id: '3', label: 'Medium and above' },
  { id: '4', label: 'High and above' },
  { id: '5', label: 'Critical and above' },
] as const;

export function FindingsPage(): ReactNode {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const address = useMemo(() => readFindingsAddress(search), [search]);
  const change = useCallback(
    (changed: Partial<FindingsAddress>) => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...writeFindingsAddress({ ...readFindingsAddress(before), ...changed }) }), replace: true, resetScroll: false }),
    [navigate],
  );
  const { now_ms } = useRange();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(findingsQuery(filterOf(address), now_ms));
  const findings = useMemo(() => data?.pages.flatMap((page) => page.findings) ?? [], [data]);
  const kinds = useKinds(findings, address.kind);
  const step = (by: 1 | -1): void => {
    const at = findings.findIndex(({ finding_info }) => finding_info.uid === address.finding);
    const next = findings[at === -1 ? 0 : Math.max(0, Math.min(findings.length - 1, at + by))];
    if (next !== undefined) change({ finding: next.finding_info.uid });
  };
  useShortcuts('Findings', [
    { keys: 'j', does: 'Next finding', act: () => step(1) },
    { keys: 'k', does: 'Previous finding', act: () => step(-1) },
    { keys: 'Escape', does: 'Close the details', act: () => change({ finding: undefined }) },
  ]);
  const close = (): void => change({ finding: undefined });
  return (
    <Page>
      <PageHeader title="Findings">{contextOf(findings, address.shown, hasNextPage)}</PageHeader>
      <div className={styles['filters']} role="toolbar" aria-label="Which findings">
        <Segments label="Status" options={SHOWN} value={address.shown} onChange={(shown) => change({ shown, finding: undefined })} />
        <Choice bare label="Severity" options={SEVERITY} value={SEVERITY.find(({ id }) => id === String(address.severity))?.id ?? 'any'} onChange={(id) => change({ severity: id === 'any' ? undefined : Number(id) })} />
        <Choice bare label="Kind" options={kinds} value={address.kind ?? 'any'} onChange={(id) => change({ kind: id === 'any' ? undefined : id })} />
      </div>
      {error !== null ? (
        <ErrorNote error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={6} height="64px" label="Findings are on their way" />
      ) : (
        <div className={styles['split']} data-open={address.finding !== undefined || undefined}>
          <div className={styles['column']}>
            {findings.length === 0 ? <NothingFound address={address} onAll={() => change({ shown: 'all', severity: undefined, kind: undefined })} /> : <List findings={findings} current={address.finding} onOpen={(uid) => change({ finding: uid })} />}
            {hasNextPage ? (
              <Button isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
                Show more
              </Button>
            ) : null}
          </div>
          {address.finding === undefined ? null : <FindingDetails key={address.finding} uid={address.finding} known={findings.find(({ finding_info }) => finding_info.uid === address.finding)} onClose={close} />}
        </div>
      )}
    </Page>
  );
}

function contextOf(findings: readonly Finding[], shown: Shown, more: boolean): string {
  if (findings.length === 0) return 'What verification, witnesses and the checks at the door found.';
  const grave = findings.filter(({ severity_id }) => severity_id >= 5).length;
  const word = shown === 'all' ? '' : `${shown} `;
  return `${count(findings.length)}${more ? ' or more' : ''} ${word}${findings.length === 1 ? 'finding' : 'findings'}${grave === 0 ? '' : `, ${grave} of them critical`}.`;
}

/** The kinds that are there, and the one that was asked for. */
function useKinds(findings: readonly Finding[], asked: string | undefined): { readonly id: string; readonly label: string }[] {
  return useMemo(() => {
    const kinds = new Map(findings.map(({ finding_info: { analytic } }) => [analytic.uid, analytic.name]));
    if (asked !== undefined && !kinds.has(asked)) kinds.set(asked, asked);
    return [{ id: 'any', label: 'Any kind' }, ...[...kinds].sort(([, a], [, b]) => a.localeCompare(b)).map(([id, label]) => ({ id, label }))];
  }, [findings, asked]);
}

function List({ findings, current, onOpen }: { readonly findings: readonly Finding[]; readonly current: string | undefined; readonly onOpen: (uid: string) => void }): ReactNode {
  const now_ms = Date.now();
  return (
    <ol className={styles['list']} aria-label="Findings">
      {findings.map((finding) => {
        const { uid, title, last_seen_time } = finding.finding_info;
        return (
          <li key={uid}>
            <button type="button" className={styles['finding']} aria-current={uid === current || undefined} onClick={() => onOpen(uid)}>
              <span className={styles['line']}>
                <Severity id={finding.severity_id} />
                <strong>{title}</strong>
                {finding.status_id === 1 ? null : <span className={styles['status']}>{statusWords(finding.status_id)}</span>}
                <span className={styles['when']}>
                  {finding.count === 1 ? '' : `${plural(finding.count, 'time')}, last `}
                  <TimeText unix_ms={last_seen_time} now_ms={now_ms} />
                </span>
              </span>
              <span className={styles['message']}>{finding.message}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function NothingFound({ address, onAll }: { readonly address: FindingsAddress; readonly onAll: () => void }): ReactNode {
  const isNarrowed = address.severity !== undefined || address.kind !== undefined;
  if (isNarrowed || address.shown !== 'open') {
    return (
      <Empty title={isNarrowed ? 'No finding matches' : address.shown === 'closed' ? 'Nothing was closed yet' : address.shown === 'suppressed' ? 'Nothing is suppressed' : 'Nothing was found yet'}>
        <Button onPress={onAll}>Show all findings</Button>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing is open" picture={<ShieldCheck size={40} strokeWidth={1.25} />}>
      <p>Here appears what needs somebody’s eyes, once, counted, and with a link to where it was seen:</p>
      <ul className={styles['kinds']}>
        <li>a block, span or entry that is not what the log says, and rows that are missing without a rule that removed them;</li>
        <li>a witness that refused a checkpoint, a log that was rolled back or forked;</li>
        <li>spans sent again with other content under the same ids, and requests copied by another producer.</li>
      </ul>
      <p>
        The server verifies by itself, a little all the time. To verify everything now, see <Link to="/integrity">Integrity</Link>.
      </p>
    </Empty>
  );
}
