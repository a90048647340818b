/** The keys that seal fields: what opens them, their versions and what needs which, what is done with them, and what the policy in force seals. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { keysQuery, type SealingRootView, type TenantKeysView } from '#api/keys.ts';
import { useMay } from '#api/session.ts';
import { count, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Empty } from '#ui/empty.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Figure, Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { State } from '#ui/state.tsx';
import { ChangeDialog, type KeyChange } from './change-dialog.tsx';
import styles from './keys.module.css';
import { SealedFields } from './sealed-fields.tsx';
import { Versions } from './versions.tsx';

export function KeysPage(): ReactNode {
  const may = useMay('key.list');
  const { data, error, refetch } = useQuery({ ...keysQuery, enabled: may });
  return (
    <Page>
      <PageHeader title="Keys">What seals fields and what opens them again. Whoever looks after keys opens nothing with them: the keys stay on the server, and no page shows one.</PageHeader>
      {data === undefined ? error === null ? <SkeletonRows rows={6} height="64px" label="The keys are being asked for" /> : <ErrorNote error={error} retry={() => void refetch()} /> : data.tenants.map((keys) => <Shown key={keys.tenant} root={data.sealingRoot} keys={keys} />)}
    </Page>
  );
}

function Shown({ root, keys }: { readonly root: SealingRootView; readonly keys: TenantKeysView }): ReactNode {
  const may = useMay('key.change');
  const client = useQueryClient();
  const [change, setChange] = useState<KeyChange | null>(null);
  const { versions, toRewrap, rewrapping, rewrapFailed, windows, subjectKeys, destroyed } = keys;
  const live = subjectKeys - destroyed;
  return (
    <>
      <Root {...root} />
      <Panel
        title="Key pairs of this tenant"
        note={versions.length === 0 ? undefined : plural(versions.length, 'version')}
        flush={versions.length > 0}
        actions={
          may && versions.length > 0 ? (
            <>
              {toRewrap > 0 || rewrapping !== null ? <Button size="small" isDisabled={rewrapping !== null} onPress={() => setChange({ act: 'rewrap' })}>Rewrap…</Button> : null}
              <Button size="small" onPress={() => setChange({ act: 'rotate' })}>Rotate…</Button>
            </>
          ) : null
        }
      >
        {versions.length === 0 ? (
          <Empty title="No key pair yet" picture={<KeyRound size={40} strokeWidth={1.25} />}>
            <p>The first one is made when a policy seals something.{root.kind === 'passphrase' ? ' With a passphrase a person has to make it, on the server’s machine: tracekeep keys rotate.' : ''}</p>
            {may && root.kind !== 'passphrase' ? (
              <div>
                <Button onPress={() => setChange({ act: 'rotate' })}>Make the first…</Button>
              </div>
            ) : null}
          </Empty>
        ) : (
          <Versions versions={versions} mayChange={may} onRetire={(version) => setChange({ act: 'retire', version })} />
        )}
        {rewrapping === null ? null : <Rewrapping done={rewrapping.done} of={rewrapping.of} />}
        {rewrapFailed && rewrapping === null && toRewrap > 0 ? (
          <p role="status" className={styles['note']}>
            <State state="error">Broke off</State> The last rewrap did not end; {plural(toRewrap, 'window')} {toRewrap === 1 ? 'is' : 'are'} left as before and open{toRewrap === 1 ? 's' : ''} as before. Rewrapping again goes on where it stopped.
          </p>
        ) : null}
      </Panel>
      {versions.length === 0 ? null : (
        <Panel title="What the keys hold">
          <div className={styles['figures']}>
            <Figure name="Windows" value={count(windows)} note="one for each hour and process that sealed" />
            <Figure name="Keys of people" value={count(live)} note="for each person and window; what is sealed for nobody counts as one" />
            <Figure name="Destroyed" value={count(destroyed)} note={destroyed === 0 ? 'nobody was forgotten yet' : 'what they closed is unreadable, in every later copy'} />
          </div>
        </Panel>
      )}
      <SealedFields fields={keys.fields} />
      {change === null ? null : (
        <ChangeDialog
          change={change}
          keys={keys}
          onClose={() => setChange(null)}
          onDone={(now) => {
            client.setQueryData(keysQuery.queryKey, now);
            setChange(null);
          }}
        />
      )}
    </>
  );
}

const ROOTS: Readonly<Record<SealingRootView['kind'], string>> = { file: 'a file of its own, which only the server’s account reads', passphrase: 'a passphrase, which a person gives on the server’s machine', transit: 'a key in a Vault or OpenBao, which unwraps over the network' };

function Root({ kind, made, here, usable }: SealingRootView): ReactNode {
  const sentence = usable === true
    ? 'It is read for the moment of an opening, and wiped.'
    : kind === 'passphrase'
      ? 'The server never has it: it seals, and opens nothing. Sealed fields are opened where the passphrase is given.'
      : here === true
        ? 'It is here and is not used: its file is open to other users of the server’s machine, or is not what it should be. The server’s log, and tracekeep keys status, name it and what to do.'
      : made
        ? 'It is not here: this server seals, and opens nothing until it is given.'
        : 'It is made with the first key pair.';
  return (
    <Panel title="Sealing root" note="opens the private halves">
      <p className={styles['root']}>
        {usable === true ? <State state="verified">here</State> : here === true ? <State state="error">unusable</State> : <State state={made && kind !== 'passphrase' ? 'minimized' : 'expired'}>{made || kind === 'passphrase' ? 'not here' : 'not made yet'}</State>}
        <span>
          It is {ROOTS[kind]}. {sentence}
        </span>
      </p>
    </Panel>
  );
}

function Rewrapping({ done, of }: { readonly done: number; readonly of: number }): ReactNode {
  const share = of === 0 ? 1 : Math.min(1, done / of);
  return (
    <div className={styles['progress']}>
      <div role="progressbar" aria-label="Rewrapping" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100} className={styles['track']}>
        <span style={{ inlineSize: `${share * 100}%` }} />
      </div>
      <span>
        {count(done)} of {plural(of, 'window')} are under the current version. Everything opens meanwhile.
      </span>
    </div>
  );
}
