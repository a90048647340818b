/** What waits for a second person, and what became of it: deciding about what others ask for, and using what was given to oneself. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type Approval, approvalsQuery } from '#api/approvals.ts';
import { oneOf } from '#frame/address.ts';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { PlainTable } from '#ui/table.tsx';
import { TimeText } from '#ui/time-text.tsx';
import { useNow } from '#ui/use-now.ts';
import styles from './approvals.module.css';
import { Decision } from './decision.tsx';
import { Request } from './request.tsx';
import { askedFor, stateWords } from './words.ts';

const OVER_SHOWN = 50;

export function ApprovalsPage(): ReactNode {
  const { data, error, refetch } = useQuery(approvalsQuery);
  const search: Record<string, unknown> = useSearch({ strict: false });
  const named = oneOf(search['approval']);
  const [deciding, setDeciding] = useState<{ readonly approval: Approval; readonly verdict: 'approve' | 'decline' } | null>(null);
  return (
    <Page>
      <PageHeader title="Approvals">Some acts need a second person: somebody else, who may do the same, approves it once. Both names, and the reason, stay in the log.</PageHeader>
      {data === undefined ? (
        error === null ? <SkeletonRows rows={4} height="88px" label="The requests are being asked for" /> : <ErrorNote error={error} retry={() => void refetch()} />
      ) : (
        <Lists approvals={data} named={named} onDecide={(approval, verdict) => setDeciding({ approval, verdict })} />
      )}
      {deciding === null ? null : <Decision {...deciding} onClose={() => setDeciding(null)} />}
    </Page>
  );
}

function Lists({ approvals, named, onDecide }: { readonly approvals: readonly Approval[]; readonly named: string | undefined; readonly onDecide: (approval: Approval, verdict: 'approve' | 'decline') => void }): ReactNode {
  // Not behind what just came: this clock goes in steps, and may be another than the server's.
  const now_ms = Math.max(useNow(5_000), ...approvals.map(({ made, decided }) => Date.parse(decided ?? made)));
  const waiting = approvals.filter(({ state, mayDecide }) => state === 'waiting' && mayDecide);
  const own = approvals.filter(({ state, mine }) => mine && (state === 'waiting' || state === 'approved'));
  const open = new Set([...waiting, ...own]);
  const over = approvals.filter((one) => !open.has(one)).slice(0, OVER_SHOWN);
  if (approvals.length === 0) {
    return (
      <Empty title="Nothing waits for a second person" picture={<Inbox size={40} strokeWidth={1.25} />}>
        <p>
          A rule that seals asks for one with <code>approval: second-person</code>; see <Link to="/policy">Policy</Link>. Before a person is forgotten, the setting <code>forget-approval</code> does. What is asked for then appears here, and somebody else decides.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <Panel title="Waiting for you" note={waiting.length === 0 ? undefined : `${waiting.length}`} flush>
        {waiting.length === 0 ? <p className={styles['none']}>Nothing waits for you. What others ask for appears here while this page is open.</p> : <ul className={styles['list']}>{waiting.map((approval) => <Request key={approval.id} approval={approval} now_ms={now_ms} isNamed={approval.id === named} onDecide={(verdict) => onDecide(approval, verdict)} />)}</ul>}
      </Panel>
      {own.length === 0 ? null : (
        <Panel title="You asked for" flush>
          <ul className={styles['list']}>{own.map((approval) => <Request key={approval.id} approval={approval} now_ms={now_ms} isNamed={approval.id === named} onDecide={(verdict) => onDecide(approval, verdict)} />)}</ul>
        </Panel>
      )}
      {over.length === 0 ? null : (
        <Panel title="Before" note="of the last days; the log keeps all" flush>
          <PlainTable
            label="Requests that are decided or over"
            columns={['What', 'Asked by', 'Became', 'When']}
            rows={over.map((approval) => ({ id: approval.id, over: true, cells: [askedFor(approval), approval.mine ? 'you' : approval.by.name, stateWords(approval), <TimeText key="when" unix_ms={Date.parse(approval.decided ?? approval.until)} now_ms={now_ms} />] }))}
          />
        </Panel>
      )}
    </>
  );
}
