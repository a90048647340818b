/** Audit: who did what, the newest first, for those who check the others. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Lock, ScrollText } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { auditQuery, type Outcome } from '#api/audit.ts';
import { useMay } from '#api/session.ts';
import { count, plural } from '#time/format.ts';
import { useRange } from '#time/use-range.ts';
import { Button } from '#ui/button.tsx';
import { Choice, Segments } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { type AuditAddress, filterOf, type Period, readAuditAddress, writeAuditAddress } from './address.ts';
import styles from './audit.module.css';
import { RecordTable } from './record-table.tsx';
import { useNames } from './use-names.ts';
import { KINDS } from './words.ts';

const OUTCOMES: readonly { readonly id: Outcome | 'any'; readonly label: string }[] = [
  { id: 'any', label: 'All' },
  { id: 'allowed', label: 'Allowed' },
  { id: 'refused', label: 'Refused' },
  { id: 'failed', label: 'Failed' },
];
const PERIODS: readonly { readonly id: Period; readonly label: string }[] = [
  { id: '1h', label: 'Last hour' },
  { id: '24h', label: 'Last 24 hours' },
  { id: '7d', label: 'Last 7 days' },
  { id: '31d', label: 'Last 31 days' },
  { id: 'all', label: 'All time' },
];
/** Somebody is still typing. */
const TYPING_MS = 350;
const NOTHING: Partial<AuditAddress> = { who: undefined, action: undefined, resource: undefined, outcome: undefined };

export function AuditPage(): ReactNode {
  const may = useMay('audit.read');
  if (may) return <Records />;
  return (
    <Page>
      <PageHeader title="Audit" />
      <Empty title="This is for auditors" picture={<Lock size={40} strokeWidth={1.25} />}>
        <p>Your role does not include looking at who did what. Auditors and administrators of your tenant can; what you do is recorded for them.</p>
      </Empty>
    </Page>
  );
}

function Records(): ReactNode {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const address = useMemo(() => readAuditAddress(search), [search]);
  const change = useCallback(
    (changed: Partial<AuditAddress>) => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...writeAuditAddress({ ...readAuditAddress(before), ...changed }) }), replace: true, resetScroll: false }),
    [navigate],
  );
  const names = useNames();
  const { now_ms } = useRange();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(auditQuery(filterOf(address), now_ms));
  const records = useMemo(() => data?.pages.flatMap((page) => page.records) ?? [], [data]);
  const isNarrowed = address.who !== undefined || address.action !== undefined || address.resource !== undefined || address.outcome !== undefined;
  const kinds = [{ id: 'any', label: 'Everything' }, ...KINDS, ...(address.action === undefined || KINDS.some(({ id }) => id === address.action) ? [] : [{ id: address.action, label: address.action }])];
  return (
    <Page wide>
      <PageHeader title="Audit">{contextOf(records.length, hasNextPage, address)}</PageHeader>
      <div className={styles['filters']} role="toolbar" aria-label="Which records">
        <TypedFilter label="Who" placeholder="Name or id" value={address.who} onChange={(who) => change({ who })} />
        <Choice bare label="What" options={kinds} value={address.action ?? 'any'} onChange={(id) => change({ action: id === 'any' ? undefined : id })} />
        <TypedFilter label="On what" placeholder="trace:…, token:…, with *" value={address.resource} onChange={(resource) => change({ resource })} />
        <Segments label="Outcome" options={OUTCOMES} value={address.outcome ?? 'any'} onChange={(id) => change({ outcome: id === 'any' ? undefined : id })} />
        <Choice bare label="Since when" options={PERIODS} value={address.period} onChange={(period) => change({ period })} />
      </div>
      {error !== null && data === undefined ? (
        <ErrorNote error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={10} height="40px" label="Records are on their way" />
      ) : records.length === 0 ? (
        <NothingRecorded isNarrowed={isNarrowed} period={address.period} onAll={() => change({ ...NOTHING, period: 'all' })} />
      ) : (
        <RecordTable records={records} names={names} onWho={(who) => change({ who })} onResource={(resource) => change({ resource })} />
      )}
      {hasNextPage ? (
        <Button isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Page>
  );
}

function contextOf(shown: number, isMore: boolean, { resource }: AuditAddress): string {
  if (shown === 0) return 'Who read, changed and was refused what. The log commits to each record.';
  const [, trace] = /^trace:([0-9a-f]{8})/u.exec(resource ?? '') ?? [];
  return `${isMore ? `${count(shown)} records or more` : plural(shown, 'record')}${trace === undefined ? '' : ` of trace ${trace}…`}, the newest first. The log commits to each.`;
}

/** Asks when nobody has typed for a moment. */
function TypedFilter({ label, placeholder, value, onChange }: { readonly label: string; readonly placeholder: string; readonly value: string | undefined; readonly onChange: (text: string | undefined) => void }): ReactNode {
  const [typed, setTyped] = useState(value ?? '');
  useEffect(() => setTyped(value ?? ''), [value]);
  useEffect(() => {
    if (typed === (value ?? '')) return undefined;
    const timer = setTimeout(() => onChange(typed === '' ? undefined : typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <div className={styles['typed']}>
      <Field bare label={label} placeholder={placeholder} value={typed} onChange={setTyped} />
    </div>
  );
}

function NothingRecorded({ isNarrowed, period, onAll }: { readonly isNarrowed: boolean; readonly period: Period; readonly onAll: () => void }): ReactNode {
  if (isNarrowed || period !== 'all') {
    return (
      <Empty title="No record fits" picture={<ScrollText size={40} strokeWidth={1.25} />}>
        <p>Nobody did this {period === 'all' ? 'since records are kept' : 'in this time'}. * stands for any run of characters in a name or an id.</p>
        <Button onPress={onAll}>Show everything</Button>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing was recorded yet" picture={<ScrollText size={40} strokeWidth={1.25} />}>
      <p>Every look at a trace, every search, sign-in, change and refusal appears here a moment later. The same for a machine:</p>
      <Snippet label="The command" text="tracekeep audit export --since 24h --out audit.jsonl" />
    </Empty>
  );
}
