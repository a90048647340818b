/** Taking a role for some minutes, when something cannot wait: with a reason, in the log, seen by everybody. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { breakGlass, type Glass, glassQuery } from '#api/glass.ts';
import { type Role, roleWord } from '#api/roles.ts';
import { PEOPLE } from '#limits/people';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Panel } from '#ui/panel.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './access.module.css';

const { glass_reason_characters_min: REASON_MIN, glass_reason_characters_max: REASON_MAX } = PEOPLE;
const MINUTES = [{ id: '10', label: '10 minutes' }, { id: '30', label: '30 minutes' }, { id: '60', label: '60 minutes' }] as const;

/** Nothing for those who may take no role. */
export function Breaking(): ReactNode {
  const { data } = useQuery(glassQuery);
  const mayTake = data?.mayTake ?? [];
  if (mayTake.length > 0) return <Form mayTake={mayTake} />;
  if (data?.glass.some(({ isOwn }) => isOwn) !== true) return null;
  return (
    <Panel title="Break the glass">
      <p>You have what you took: its pages are in the rail. End it, above, as soon as you need it no more.</p>
    </Panel>
  );
}

function Form({ mayTake }: { readonly mayTake: readonly Role[] }): ReactNode {
  const client = useQueryClient();
  const act = useAct<Glass>();
  const [wanted, setRole] = useState<Role | null>(null);
  const [reason, setReason] = useState('');
  const [minutes, setMinutes] = useState<(typeof MINUTES)[number]['id']>('30');
  const role = wanted !== null && mayTake.includes(wanted) ? wanted : mayTake[0]!;
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const taken = await act.run(() => breakGlass(role, reason, Number(minutes)));
    if (taken === null) return;
    setReason('');
    // Whatever this person may see is another thing now.
    await client.invalidateQueries();
  };
  return (
    <Panel title="Break the glass" note="a role for some minutes, when it cannot wait">
      <form className={styles['stack']} onSubmit={(event) => void run(event)}>
        <p>Everybody in the tenant sees it while it lasts, the log keeps it, and it is a finding. It ends by itself.</p>
        <div className={styles['row']}>
          <Choice label="Role to take" options={mayTake.map((id) => ({ id, label: roleWord(id) }))} value={role} onChange={setRole} />
          <Choice label="For" options={MINUTES} value={minutes} onChange={setMinutes} />
          <span className={styles['reason']}>
            <Field label="Reason" value={reason} onChange={setReason} maxLength={REASON_MAX} note={`Why it cannot wait, ${REASON_MIN} characters at least. Others read it, and it stays in the log for ever: do not name the person that it is about.`} />
          </span>
        </div>
        {act.error === null ? null : <ErrorNote error={act.error} />}
        <div className={styles['row']}><Button type="submit" look="danger" isDisabled={reason.trim().length < REASON_MIN} isPending={act.isBusy}>Break the glass</Button></div>
      </form>
    </Panel>
  );
}
