/** What somebody proposes: the difference, what it weakens, and deciding about it. Not by whoever proposed it. */
import { type ReactNode, useState } from 'react';
import { type Applied, approve, type PolicyInForce, type Proposal, reject, useMayChangePolicy } from '#api/policy.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Panel } from '#ui/panel.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './policy.module.css';
import { TextDiff } from '#ui/text-diff.tsx';
import { useAct } from '#ui/use-act.ts';
import { WeakeningList } from './weakening-list.tsx';
import { whoText } from './who.ts';

export interface ProposalPanelProps {
  readonly proposal: Proposal;
  readonly policy: PolicyInForce;
  readonly onResult: (result: Applied | null) => void;
}

const NOTE_MAX = 1_024;

export function ProposalPanel({ proposal, policy, onResult }: ProposalPanelProps): ReactNode {
  const may = useMayChangePolicy();
  const act = useAct<Applied | null>('policy');
  const [note, setNote] = useState('');
  const own = proposal.isOwn;
  const weakens = proposal.weakenings.length > 0;
  return (
    <Panel title="Proposed">
      <div className={styles['proposal']}>
        <p>
          {own ? 'You propose' : `${whoText(proposal.by)} proposes`} another policy, since <TimeText unix_ms={proposal.at} />. It is not in force.{proposal.base === policy.digest ? '' : ' Another policy came into force meanwhile, so it cannot be approved any more.'}
        </p>
        {proposal.note === '' ? null : <blockquote className={styles['note']}>{proposal.note}</blockquote>}
        <WeakeningList weakenings={proposal.weakenings} subject="This proposal" />
        <TextDiff older={policy.text} newer={proposal.text} label="Difference between the policy in force and the proposal" />
        {!may ? (
          <p className={styles['quiet']}>Administrators decide about proposals.</p>
        ) : (
          <>
            <Field label="Note" value={note} onChange={setNote} maxLength={NOTE_MAX} note="Why: it stays in the history." />
            {act.error === null ? null : <ErrorNote error={act.error} />}
            <div className={styles['ways']}>
              {own ? (
                <p className={styles['quiet']}>Somebody else has to approve it; you can take it back.</p>
              ) : (
                <Button look={weakens ? 'danger' : 'primary'} isDisabled={proposal.base !== policy.digest} isPending={act.isBusy} onPress={() => void act.run(() => approve(proposal.id, note.trim())).then(onResult)}>
                  {weakens ? 'Approve the weaker policy' : 'Approve'}
                </Button>
              )}
              <Button
                isPending={act.isBusy}
                onPress={() =>
                  void act.run(async () => {
                    await reject(proposal.id, note.trim());
                    return null;
                  })
                }
              >
                {own ? 'Take it back' : 'Reject'}
              </Button>
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
