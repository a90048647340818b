/** Which version is in force, since when, by whom, and who has to approve the next one. */
import type { ReactNode } from 'react';
import type { ApprovalMode, PolicyInForce } from '#api/policy.ts';
import { CopyButton } from '#ui/copy.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './policy.module.css';
import { whoText } from './who.ts';

const APPROVAL: Readonly<Record<ApprovalMode, string>> = {
  never: 'not asked for',
  weakening: 'by a second person, if something is removed less',
  always: 'by a second person, always',
};

export function InForce({ policy: { version, digest, since, by, approvedBy, note, approval } }: { readonly policy: PolicyInForce }): ReactNode {
  return (
    <dl className={styles['facts']}>
      <Fact name="In force">version {version}</Fact>
      <Fact name="Since"><DayText unix_ms={since} /></Fact>
      <Fact name="By">{whoText(by)}{approvedBy === null ? '' : `, approved by ${whoText(approvedBy)}`}</Fact>
      <Fact name="Digest">
        <code title={digest}>{digest.slice(0, 12)}…</code>
        <CopyButton text={digest} label="Copy the digest" />
      </Fact>
      <Fact name="Approval">{APPROVAL[approval]}</Fact>
      {note === '' ? null : <Fact name="Note"><span className={styles['note']}>{note}</span></Fact>}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
