/** One's own tokens: they act for whoever made them, within their scopes, and end with the account. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { post } from '#api/client.ts';
import { ownTokensQuery } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { Panel } from '#ui/panel.tsx';
import { useSending } from '#ui/use-sending.ts';
import { DAY_MS, LIFETIMES, type Lifetime } from './lifetimes.ts';
import styles from './settings.module.css';
import { TokenList } from './token-list.tsx';

export function OwnTokens(): ReactNode {
  const tokens = useQuery(ownTokensQuery);
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ownTokensQuery.queryKey });
  return (
    <Panel
      title="Your tokens"
      note="act for you, and end with your account"
      flush
      actions={
        <Button size="small" onPress={() => setMaking(true)}>
          Make a token
        </Button>
      }
    >
      <TokenList
        own
        changes
        label="Your tokens"
        tokens={tokens}
        none={
          <Empty title="No program acts for you">
            <p>A token lets a script or a tool ask the query API as you, for as long and for as much as you say.</p>
          </Empty>
        }
      />
      {making ? <MakeToken onClose={() => setMaking(false)} onDone={refresh} /> : null}
    </Panel>
  );
}

/** What Grafana and Jaeger UI ask. */
const READING = ['trace.*', 'service.list', 'operation.list', 'dependency.read'];
const SCOPES = [
  { id: 'reading', label: 'reads traces, as Grafana and Jaeger UI do' },
  { id: 'chosen', label: 'only the actions that I name' },
  { id: 'all', label: 'all that I may do' },
] as const;

function MakeToken({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => Promise<void> }): ReactNode {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<(typeof SCOPES)[number]['id']>('reading');
  const [chosen, setChosen] = useState('');
  const [days, setDays] = useState<Lifetime>('90');
  const [secret, setSecret] = useState<string | null>(null);
  const actions = chosen.split(/[\s,]+/u).filter((one) => one !== '');
  const send = useSending(async () => {
    const scopes = { reading: READING, chosen: actions, all: null }[scope];
    const made = await post<{ secret: string }>('/api/v1/session/tokens', { name, ...(scopes === null ? {} : { scopes }), lifetimeMs: days === '0' ? null : Number(days) * DAY_MS });
    setSecret(made.secret);
    await onDone();
  });
  const nameFault = send.code === 'name_taken' || send.code === 'name_invalid';
  const scopeFault = send.code === 'scope_unknown' || send.code === 'action_forbidden';
  return (
    <Dialog title={secret === null ? 'Make a token' : 'The token is made'} isOpen onClose={onClose}>
      {secret === null ? (
        <form className={styles['part']} onSubmit={send.submit}>
          <Field label="Name of the token" autoComplete="off" isRequired autoFocus value={name} onChange={send.typed(setName)} error={nameFault ? send.words : undefined} />
          <Choice label="It may do" options={SCOPES} value={scope} onChange={setScope} />
          {scope === 'chosen' ? <Field label="Actions" autoComplete="off" spellCheck="false" isRequired placeholder="trace.read service.*" value={chosen} onChange={send.typed(setChosen)} {...(scopeFault ? { error: send.words } : { note: 'Names of actions, * for any end. What you may not do yourself, it may not do either.' })} /> : null}
          <Choice label="It is valid" options={LIFETIMES} value={days} onChange={setDays} />
          {send.error === null || nameFault || (scopeFault && scope === 'chosen') ? null : <ErrorNote error={send.error} />}
          <div className={styles['end']}>
            <Button onPress={onClose}>Cancel</Button>
            <Button type="submit" look="primary" isPending={send.busy} isDisabled={name === '' || (scope === 'chosen' && actions.length === 0)}>
              Make token
            </Button>
          </div>
        </form>
      ) : (
        <>
          <p>It is shown only now. Whoever has it does what you let it do, in your name.</p>
          <Snippet label="token" text={secret} />
          <div className={styles['end']}>
            <Button look="primary" autoFocus onPress={onClose}>
              Done
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
