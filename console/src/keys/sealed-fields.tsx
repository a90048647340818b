/** What the policy in force seals, and how. */
import { Link } from '@tanstack/react-router';
import { LockKeyhole } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SealedFieldView } from '#api/keys.ts';
import { RuleLink } from '#ui/acting-rule.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Empty } from '#ui/empty.tsx';
import { KeyText } from '#ui/key-text.tsx';
import { Panel } from '#ui/panel.tsx';
import { PlainTable } from '#ui/table.tsx';
import styles from './keys.module.css';

const EXAMPLE = `- id: whose
  keys: [user.id, enduser.id]
  action: { seal: { subject: true, searchable: true } }
`;

export function SealedFields({ fields }: { readonly fields: readonly SealedFieldView[] }): ReactNode {
  return (
    <Panel title="What the policy in force seals" flush={fields.length > 0}>
      {fields.length === 0 ? (
        <Empty title="The policy seals nothing" picture={<LockKeyhole size={40} strokeWidth={1.25} />}>
          <p>
            A rule of the <Link to="/policy">policy</Link> seals a field: it is kept, closed, for those who may open it for a reason. <code>subject</code> says whose it is, so that the person can be forgotten.
          </p>
          <div className={styles['example']}><Snippet text={EXAMPLE} label="rule" /></div>
        </Empty>
      ) : (
        <PlainTable
          label="Sealed fields"
          columns={['Field', 'Rule', 'Subject', 'Searchable', 'Opened']}
          rows={fields.map(({ key, sealed, searchable, subject, approval }) => ({
            id: `${sealed} ${key}`,
            cells: [<span key="field"><KeyText text={key} /></span>, <RuleLink key="rule" rule={sealed} />, subject ? 'says whose the span’s values are' : '–', searchable ? 'by equal values' : '–', approval === null ? 'by one person, for a reason' : 'with a second person’s approval'],
          }))}
        />
      )}
    </Panel>
  );
}
