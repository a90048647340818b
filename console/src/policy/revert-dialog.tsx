/** Going back to an earlier version: its text becomes a new version. Shows first what that changes and weakens. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { type Applied, type PolicyInForce, type PolicyVersion, revert, versionQuery } from '#api/policy.ts';
import { readPolicy } from '#policy/read';
import { weakenings as weakeningsOf } from '#policy/weakening';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { needsApproval } from './acts.tsx';
import styles from './policy.module.css';
import { TextDiff } from '#ui/text-diff.tsx';
import { useAct } from '#ui/use-act.ts';
import { WeakeningList } from './weakening-list.tsx';

export interface RevertDialogProps {
  readonly version: PolicyVersion;
  readonly policy: PolicyInForce;
  readonly onClose: () => void;
  readonly onResult: (result: Applied) => void;
}

const NOTE_MAX = 1_024;

export function RevertDialog({ version: { version }, policy, onClose, onResult }: RevertDialogProps): ReactNode {
  const { data, error, refetch } = useQuery(versionQuery(version));
  const act = useAct<Applied>('policy');
  const [note, setNote] = useState('');
  const weakenings = useMemo(() => {
    const [from, to] = [readPolicy(policy.text).document, data === undefined ? null : readPolicy(data.text).document];
    return from === null || to === null ? [] : weakeningsOf(from, to);
  }, [policy.text, data]);
  const weakens = weakenings.length > 0;
  const proposes = needsApproval(policy.approval, weakens);
  const run = async (): Promise<void> => {
    const result = await act.run(() => revert(version, note.trim()));
    if (result !== null) onResult(result);
  };
  return (
    <Dialog title={`Revert to version ${version}`} isOpen onClose={onClose} width="wide">
      {data !== undefined ? (
        <>
          <WeakeningList weakenings={weakenings} subject={`Version ${version}`} />
          <TextDiff older={policy.text} newer={data.text} label={`Difference from the policy in force to version ${version}`} />
        </>
      ) : error !== null ? (
        <ErrorNote error={error} retry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={5} height="20px" label="The version is being asked for" />
      )}
      <p>Its text becomes version {policy.version + 1}{proposes ? ', when a second administrator has approved it' : ''}. What was stored stays as it is.</p>
      <Field label="Note" value={note} onChange={setNote} maxLength={NOTE_MAX} note="Why: whoever looks at the history reads it." />
      {act.error === null ? null : <ErrorNote error={act.error} />}
      <div className={styles['footer']}>
        <Button onPress={onClose}>Cancel</Button>
        <Button look={weakens ? 'danger' : 'primary'} isDisabled={data === undefined || data.text === policy.text} isPending={act.isBusy} onPress={() => void run()}>
          {proposes ? `Propose version ${version}` : `Revert to version ${version}`}
        </Button>
      </div>
    </Dialog>
  );
}
