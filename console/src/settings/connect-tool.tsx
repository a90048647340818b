/** Connecting a tool: a token is made, and what to paste where is shown with it, once. */
import { type ReactNode, useState } from 'react';
import { post } from '#api/client.ts';
import type { Token } from '#api/people.ts';
import { Button } from '#ui/button.tsx';
import { Choice, Segments } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { useSending } from '#ui/use-sending.ts';
import { curlLine, freshName, grafanaFile, jaegerProxy } from './connect-snippets.ts';
import { DAY_MS, LIFETIMES, type Lifetime } from './lifetimes.ts';
import styles from './settings.module.css';

const TOOLS = [
  { id: 'grafana', label: 'Grafana' },
  { id: 'jaeger-ui', label: 'Jaeger UI' },
  { id: 'program', label: 'A program' },
] as const;
type Tool = (typeof TOOLS)[number]['id'];

export interface ConnectToolProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
  /** Names that live tokens have. */
  readonly taken: readonly string[];
}

export function ConnectTool({ isOpen, onClose, onDone, taken }: ConnectToolProps): ReactNode {
  const [tool, setTool] = useState<Tool>('grafana');
  const [typed, setTyped] = useState<string | null>(null);
  const [days, setDays] = useState<Lifetime>('90');
  const [secret, setSecret] = useState<string | null>(null);
  const name = typed ?? freshName(tool, taken);
  const send = useSending(async () => {
    const made = await post<{ token: Token; secret: string }>('/api/v1/tokens', { roles: ['viewer'], name, lifetimeMs: days === '0' ? null : Number(days) * DAY_MS });
    setSecret(made.secret);
    await onDone();
  });
  const close = (): void => {
    setSecret(null);
    setTyped(null);
    send.forget();
    onClose();
  };
  const nameFault = send.code === 'name_taken' || send.code === 'name_invalid';
  return (
    <Dialog title={secret === null ? 'Connect a tool' : 'The token is made'} isOpen={isOpen} onClose={close} width={secret === null ? 'narrow' : 'wide'}>
      <Segments label="Tool" options={TOOLS} value={tool} onChange={setTool} />
      {secret === null ? (
        <form className={styles['part']} onSubmit={send.submit}>
          <p>A token of its own lets it read all traces of this tenant, and nothing else.</p>
          <Field label="Name of the token" autoComplete="off" isRequired value={name} onChange={send.typed(setTyped)} error={nameFault ? send.words : undefined} />
          <Choice label="It is valid" options={LIFETIMES} value={days} onChange={setDays} />
          {send.error === null || nameFault ? null : <ErrorNote error={send.error} />}
          <div className={styles['end']}>
            <Button onPress={close}>Cancel</Button>
            <Button type="submit" look="primary" isPending={send.busy} isDisabled={name === ''}>
              Make token
            </Button>
          </div>
        </form>
      ) : (
        <Instructions tool={tool} secret={secret} onClose={close} />
      )}
    </Dialog>
  );
}

function Instructions({ tool, secret, onClose }: { readonly tool: Tool; readonly secret: string; readonly onClose: () => void }): ReactNode {
  const { origin } = location;
  return (
    <>
      <p>It is shown only now. Whoever has it reads all traces of this tenant.</p>
      <Snippet label="token" text={secret} />
      {tool === 'grafana' ? (
        <>
          <p>
            In Grafana add a data source of type <strong>Jaeger</strong>: URL <code>{origin}</code>, and under <em>Custom HTTP headers</em> the header <code>Authorization</code> with the value <code>Bearer</code>, a space and the token. Or as a file
            in <code>provisioning/datasources</code>:
          </p>
          <Snippet label="Grafana data source" text={grafanaFile(origin, secret)} />
        </>
      ) : null}
      {tool === 'jaeger-ui' ? (
        <>
          <p>Jaeger UI has no place for a token, so a proxy beside it adds the header. Whoever reaches the proxy reads what the token reads. With nginx:</p>
          <Snippet label="nginx configuration" text={jaegerProxy(origin, secret)} />
        </>
      ) : null}
      {tool === 'program' ? (
        <>
          <p>
            Every request carries it as a header. What can be asked is described at <code>/api/v1/openapi.json</code>.
          </p>
          <Snippet label="request" text={curlLine(origin, secret)} />
        </>
      ) : null}
      <div className={styles['end']}>
        <Button look="primary" autoFocus onPress={onClose}>
          Done
        </Button>
      </div>
    </>
  );
}
