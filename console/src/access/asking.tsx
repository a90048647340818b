/** “Could Ana see payment spans? Because of which policy?” Of somebody, or of whoever has some roles and groups; as things are, or as the editor has it. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { CircleCheck, CircleX } from 'lucide-react';
import { type Explained, explainAccess } from '#api/access.ts';
import { ApiError } from '#api/client.ts';
import { type Role, ROLES, roleWord, rolesText } from '#api/roles.ts';
import { Button } from '#ui/button.tsx';
import { Choice, Segments } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Panel } from '#ui/panel.tsx';
import { useAct } from '#ui/use-act.ts';
import styles from './access.module.css';

const WHO = [{ id: 'user', label: 'Somebody' }, { id: 'role', label: 'A role' }] as const;

export function Asking({ actions, draft }: { readonly actions: readonly string[]; readonly draft: string | null }): ReactNode {
  const [by, setBy] = useState<'user' | 'role'>('user');
  const [user, setUser] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [groups, setGroups] = useState('');
  const [action, setAction] = useState('trace.read');
  const [resource, setResource] = useState('');
  const [asDraft, setAsDraft] = useState(true);
  const [answer, setAnswer] = useState<{ readonly to: string; readonly says: Explained } | null>(null);
  const act = useAct<Explained>();
  const who = by === 'user' ? { user: user.trim() } : { roles: [role], groups: groups.split(',').map((one) => one.trim()).filter((one) => one !== '') };
  const question = { ...who, action, resource: resource.trim(), ...(draft !== null && asDraft ? { text: draft } : {}) };
  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const says = await act.run(() => explainAccess(question));
    setAnswer(says === null ? null : { to: JSON.stringify(question), says });
  };
  const isUnknown = by === 'user' && act.error instanceof ApiError && act.error.code === 'name_unknown';
  return (
    <Panel title="Ask" note="who could do what, and because of which policy">
      <form className={styles['stack']} onSubmit={(event) => void ask(event)}>
        <div className={styles['row']}>
          <Segments label="Who" options={WHO} value={by} onChange={setBy} />
          {by === 'user' ? (
            <Field label="Name of the account or token" value={user} onChange={(text) => {
                setUser(text);
                act.clear();
              }} placeholder="ana" isRequired error={isUnknown ? 'No account and no token of this tenant has this name.' : undefined} />
          ) : (
            <>
              <Choice label="Role" options={ROLES.map((id) => ({ id, label: roleWord(id) }))} value={role} onChange={setRole} />
              <Field label="Groups, with commas" value={groups} onChange={setGroups} placeholder="payments" />
            </>
          )}
        </div>
        <div className={styles['row']}>
          <Choice label="Action" options={actions.map((id) => ({ id, label: id }))} value={action} onChange={setAction} />
          <Field label="Resource" value={resource} onChange={setResource} placeholder="service:payments@production" note="service:NAME, service:NAME@ENVIRONMENT, trace:ID, field:KEY or tenant:NAME" isRequired />
        </div>
        {draft === null ? null : (
          <label className={styles['agree']}>
            <input type="checkbox" checked={asDraft} onChange={(event) => setAsDraft(event.currentTarget.checked)} />
            As the text below has it, which is not in force
          </label>
        )}
        <div className={styles['row']}><Button type="submit" look="primary" isPending={act.isBusy}>Ask</Button></div>
      </form>
      {act.error === null || isUnknown ? null : <div className={styles['fault']}><ErrorNote error={act.error} /></div>}
      {/* An answer stands as long as the question does. */}
      <div role="status">{answer?.to === JSON.stringify(question) ? <Answer answer={answer.says} /> : null}</div>
    </Panel>
  );
}

function Answer({ answer: { allowed, why, policies, roles, who } }: { readonly answer: Explained }): ReactNode {
  const Shape = allowed ? CircleCheck : CircleX;
  const whose = [who.roles.length === 0 ? 'no role' : rolesText(who.roles), ...(who.groups.length === 0 ? [] : [`in ${who.groups.join(', ')}`])].join('; ');
  return (
    <div className={styles['answer']} data-allowed={allowed}>
      <strong><Shape aria-hidden size={16} />{allowed ? 'Allowed' : 'Denied'}</strong>
      <p>{who.name === '' ? '' : `${who.name}: `}{whose}. {why}</p>
      {policies.length === 0 ? null : <p>Decided by {policies.map(({ id }) => id).join(', ')}:</p>}
      {policies.map(({ id, text }) => <Snippet key={id} text={text} label={`policy ${id}`} />)}
      {allowed || roles.length === 0 ? null : <p>One of these roles would be needed: {roles.map(roleWord).join(', ')}.</p>}
    </div>
  );
}
