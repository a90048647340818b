/** Who sends: what each sent in the time shown and ever, which services it may speak for, and its key. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BadgeCheck, KeyRound, MoreHorizontal, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { remove } from '#api/client.ts';
import { type Accounting, type AccountingHistory, type Producer, producersQuery } from '#api/ingest.ts';
import { useMay } from '#api/session.ts';
import { Sparkline } from '#charts/sparkline.tsx';
import { count } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Confirm } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Menu } from '#ui/menu.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText, TimeText } from '#ui/time-text.tsx';
import { lastSeen, sumsOf } from './account-sums.ts';
import { Certificates } from './certificates.tsx';
import styles from './ingest.module.css';
import { Rotate } from './rotate.tsx';

export interface ProducersProps {
  /** False: what each sent is not for the reader, only who may send. */
  readonly counts: boolean;
  readonly history: AccountingHistory | undefined;
  readonly account: Accounting | undefined;
  readonly onChoose: (producer: string) => void;
}

export function Producers({ counts, history, account, onChoose }: ProducersProps): ReactNode {
  const mayList = useMay('producer.list');
  const mayChange = useMay('producer.change');
  const producers = useQuery({ ...producersQuery, enabled: mayList });
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<Producer | null>(null);
  const [rotating, setRotating] = useState<Producer | null>(null);
  const [certified, setCertified] = useState<Producer | null>(null);
  if ((counts && (account === undefined || history === undefined)) || (mayList && producers.isPending)) {
    return (
      <Panel title="Producers">
        <SkeletonRows rows={3} height="40px" />
      </Panel>
    );
  }
  const known = new Map((producers.data ?? []).map((one) => [one.id, one]));
  const rows = (account?.producers ?? producers.data ?? []).map(({ id, name }) => {
    const record = known.get(id);
    const over = record?.revoked ?? false;
    return {
      id,
      over,
      cells: [
        <span key="name" className={styles['producer']}>
          {counts ? (
            <Button look="quiet" size="small" onPress={() => onChoose(id)}>
              {name}
            </Button>
          ) : (
            name
          )}
          {over ? <small>key revoked</small> : null}
        </span>,
        <span key="services" className={styles['producer']}>
          <code>{record === undefined ? '–' : record.services.join(', ')}</code>
          {record?.backfill === true ? <small>old spans too</small> : null}
          {record === undefined || record.certificates.length === 0 ? null : <small title={record.certificates.join('\n')}>{record.certificates.length === 1 ? `by certificate ${record.certificates[0] ?? ''}` : `by certificates of ${record.certificates.length} names`}</small>}
          {record === undefined || record.tokens.length === 0 ? null : <small title={record.tokens.map(({ issuer, subject }) => `${issuer} ${subject}`).join('\n')}>{record.tokens.length === 1 ? `by token of ${record.tokens[0]?.issuer ?? ''}` : `by tokens of ${record.tokens.length} bindings`}</small>}
        </span>,
        ...(history === undefined ? [record === undefined ? '–' : <DayText key="since" unix_ms={Date.parse(record.createdAt)} />] : countsOf(history, id, account?.producers.find((one) => one.id === id)?.received ?? 0)),
        !mayChange || record === undefined || over ? null : (
          <Menu
            key="acts"
            label={`Keys and certificates of ${name}`}
            trigger={
              <Button look="quiet" size="small" aria-label={`Keys and certificates of ${name}`}>
                <MoreHorizontal aria-hidden />
              </Button>
            }
            entries={[
              { id: 'rotate', label: 'Rotate key…', shape: <KeyRound aria-hidden />, act: () => setRotating(record) },
              { id: 'certificates', label: 'Certificates…', shape: <BadgeCheck aria-hidden />, act: () => setCertified(record) },
              { id: 'revoke', label: 'Revoke…', shape: <Trash2 aria-hidden />, danger: true, act: () => setRevoking(record) },
            ]}
          />
        ),
      ],
    };
  });
  return (
    <Panel title="Producers" note={mayList ? 'who may send, and as which services' : 'who sent'} flush>
      {producers.error === null ? null : <ErrorNote error={producers.error} retry={() => void producers.refetch()} />}
      <PlainTable label="Producers" columns={['Producer', 'May speak for', ...(counts ? ['Received', 'Not stored', 'Ever received', 'Last seen'] : ['Since']), '']} rows={rows} />
      {rows.length === 0 ? <p className={styles['none']}>There is none yet. Connect a service to make its key.</p> : null}
      {revoking === null ? null : (
        <Confirm
          isOpen
          title={`Revoke ${revoking.name}?`}
          verb={`Revoke ${revoking.name}`}
          onClose={() => setRevoking(null)}
          act={async () => {
            await remove(`/api/v1/producers/${revoking.id}`);
            await client.invalidateQueries({ queryKey: producersQuery.queryKey });
          }}
          effect={<RevokeEffect producer={revoking} history={history} />}
        />
      )}
      {rotating === null ? null : <Rotate producer={rotating} onClose={() => setRotating(null)} />}
      {certified === null ? null : <Certificates producer={certified} onClose={() => setCertified(null)} />}
    </Panel>
  );
}

function countsOf(history: AccountingHistory, id: string, ever: number): ReactNode[] {
  const sums = sumsOf(history, id);
  const seen_ms = lastSeen(sums);
  return [
    <span key="range" className={styles['course']}>
      <Sparkline values={sums.received} token="--chart-1" width={72} height={20} filled />
      {count(sums.totals.received)}
    </span>,
    sums.totals.refused + sums.totals.dropped === 0 ? '0' : count(sums.totals.refused + sums.totals.dropped),
    count(ever),
    seen_ms === null ? 'not in this time' : <TimeText key="seen" unix_ms={seen_ms} now_ms={Number(BigInt(history.end) / 1_000_000n)} />,
  ];
}

/** `history` undefined: what it sent is not for the reader. */
function RevokeEffect({ producer, history }: { readonly producer: Producer; readonly history: AccountingHistory | undefined }): ReactNode {
  const sent = history === undefined ? null : sumsOf(history, producer.id).totals.received;
  return (
    <>
      <p>
        All keys of <b>{producer.name}</b>{producer.certificates.length === 0 ? '' : ' and its certificates'} end within a second. Whoever still sends with one is refused (<code>credential_unknown</code>), and exporters throw those spans away.
      </p>
      <p>{sent === null ? '' : sent === 0 ? 'It sent nothing in the time shown. ' : `It sent ${count(sent)} spans in the time shown, so something probably still uses it. `}What is stored stays.</p>
      <p>To change a key without losing spans, rotate it instead.</p>
    </>
  );
}
