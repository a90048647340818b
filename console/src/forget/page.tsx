/** Forgetting a person: finding them by their name, what becomes unreadable and what is not reached, doing it, and the receipt. And giving them what is held about them. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, Hourglass, UserRoundX } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Approval, approvalsQuery } from '#api/approvals.ts';
import { useSession } from '#api/session.ts';
import { findPerson, type FoundSubject } from '#api/subjects.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { DayText } from '#ui/time-text.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './forget.module.css';
import { Found } from './found.tsx';
import { ReceiptPanel } from './receipt-panel.tsx';
import { useReceipts } from './receipts.ts';

const NAME_MAX = 4_096;

/** Who was asked for, and what is held of them. */
export interface Sought {
  readonly name: string;
  readonly found: FoundSubject;
}

export function ForgetPage(): ReactNode {
  const act = useAct<Sought>();
  const [typed, setTyped] = useState('');
  const [sought, setSought] = useState<Sought | null>(null);
  const { data: approvals } = useQuery(approvalsQuery);
  const receipts = useReceipts(useSession()?.account.id ?? '');
  const asked = approvals?.filter(({ mine, kind }) => mine && kind !== 'reveal') ?? [];
  const given = asked.filter(({ state }) => state === 'approved');
  const find = async (name: string): Promise<void> => setSought(await act.run(async () => ({ name, found: await findPerson(name) })));
  return (
    <Page>
      <PageHeader title="Forget a person">
        The keys of what was sealed for somebody are destroyed: nobody can read it any more, here or in any later copy. Proofs and checkpoints stay valid, and what others sent is not touched.
      </PageHeader>
      <Panel title="Find">
        <form
          className={styles['find']}
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            if (typed !== '' && !act.isBusy) void find(typed);
          }}
        >
          <span className={styles['name']}>
            <Field label="Person" value={typed} onChange={setTyped} maxLength={NAME_MAX} autoComplete="off" spellCheck="false" autoFocus note="As services name them in a field that the policy seals with subject, such as a customer number: letter for letter. It stands in no address and in no log." />
          </span>
          <Button type="submit" look="primary" isPending={act.isBusy} isDisabled={typed === ''}>
            Find
          </Button>
        </form>
        {act.error === null ? null : <ErrorNote error={act.error} />}
        {given.map((approval) => (
          <Given key={approval.id} approval={approval} isFound={sought?.found.subject === approval.subject} />
        ))}
        {asked.filter(({ state }) => state === 'waiting').map((approval) => (
          <Waiting key={approval.id} approval={approval} />
        ))}
      </Panel>
      {receipts.map(({ receipt, isTaken }) => (
        <ReceiptPanel key={receipt.id} receipt={receipt} isTaken={isTaken} />
      ))}
      {sought === null ? (
        receipts.length > 0 || act.isBusy ? null : (
          <Empty title="Nobody is looked at" picture={<UserRoundX size={40} strokeWidth={1.25} />}>
            <p>Find somebody first: it shows what is held, what would become unreadable, and where they may stand in clear. Nothing changes by that.</p>
          </Empty>
        )
      ) : (
        <Found key={sought.found.subject} sought={sought} given={given} onForgotten={() => { setSought(null); setTyped(''); }} />
      )}
    </Page>
  );
}

/** Somebody approved it: who it is about, this page does not know until they are found again. */
function Given({ approval: { decidedBy, until, kind, reason, subject }, isFound }: { readonly approval: Approval; readonly isFound: boolean }): ReactNode {
  return (
    <p className={styles['given']}>
      <CircleCheck aria-hidden size={14} />
      <span>
        {decidedBy?.name ?? 'Somebody'} approved {kind === 'forget' ? 'that you forget a person' : 'that you export what is held of a person'} (<code>{subject?.slice(0, 12)}…</code>: {reason}), once, until <DayText unix_ms={Date.parse(until)} />. {isFound ? 'It is used below.' : 'Find them again to do it.'}
      </span>
    </p>
  );
}

/** It is not decided yet. */
function Waiting({ approval: { until, kind, reason, subject } }: { readonly approval: Approval }): ReactNode {
  return (
    <p className={styles['waiting']}>
      <Hourglass aria-hidden size={14} />
      <span>
        {kind === 'forget' ? 'Forgetting a person' : 'Exporting what is held of a person'} (<code>{subject?.slice(0, 12)}…</code>: {reason}) waits for a second person, until <DayText unix_ms={Date.parse(until)} />. <Link to="/approvals">See the request</Link>
      </span>
    </p>
  );
}
