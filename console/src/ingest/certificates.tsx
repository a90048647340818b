/** The client certificates of a producer: the names in them that are it, and those that it showed, each of which can be revoked. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Form } from 'react-aria-components';
import { post } from '#api/client.ts';
import { certificatesQuery, type Producer, producersQuery, type ShownCertificate } from '#api/ingest.ts';
import { Button } from '#ui/button.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { State } from '#ui/state.tsx';
import { PlainTable } from '#ui/table.tsx';
import { DayText, TimeText } from '#ui/time-text.tsx';
import styles from './ingest.module.css';
import { readGlobList } from './snippets.ts';

export function Certificates({ producer, onClose }: { readonly producer: Producer; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const [names, setNames] = useState(producer.certificates.join('\n'));
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const wanted = readGlobList(names.replaceAll('\n', ','));
  const gone = producer.certificates.filter((name) => !wanted.includes(name));
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await post(`/api/v1/producers/${producer.id}`, { certificates: wanted });
      await client.invalidateQueries({ queryKey: producersQuery.queryKey });
      onClose();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('cannot change the names'));
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen title={`Certificates of ${producer.name}`} onClose={onClose} width="wide">
      <Form
        className={styles['keyForm'] ?? ''}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="Names" name="certificates" rows={3} value={names} onChange={setNames} autoComplete="off" placeholder="spiffe://example.org/shop" note="SPIFFE ids, or the DNS name of certificates without one; one a line. Whoever shows a certificate with such a name, of an authority that the server trusts, is this producer." />
        {gone.length === 0 ? null : (
          <p>
            Certificates with the name <code>{gone.join(', ')}</code> are refused within a second, on open connections too.
          </p>
        )}
        {error === null ? null : <ErrorNote error={error} />}
        <div className={styles['keyAct']}>
          <Button type="submit" look="primary" isPending={busy} isDisabled={wanted.join() === producer.certificates.join()}>
            Save names
          </Button>
        </div>
      </Form>
      <Shown producer={producer} />
    </Dialog>
  );
}

function Shown({ producer }: { readonly producer: Producer }): ReactNode {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(certificatesQuery(producer.id));
  const [asked, setAsked] = useState<ShownCertificate | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const revoke = async ({ fingerprint }: ShownCertificate): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await post(`/api/v1/producers/${producer.id}/certificates/revoke`, { fingerprint });
      setAsked(null);
      await client.invalidateQueries({ queryKey: certificatesQuery(producer.id).queryKey });
    } catch (caught) {
      setFailure(caught instanceof Error ? caught : new Error('cannot revoke the certificate'));
    } finally {
      setBusy(false);
    }
  };
  if (error !== null) return <ErrorNote error={error} retry={() => void refetch()} />;
  if (data === undefined) return null;
  if (data.length === 0) return <p>It has shown no certificate since the server started. One that is not listed is revoked on the server: <code>tracekeep ca revoke NAME</code>, or <code>--certificate FILE</code>.</p>;
  return (
    <>
      <PlainTable
        label="Certificates shown since the server started"
        columns={['Shown since the start', 'Name', 'Last used', 'Ends', '']}
        rows={data.map((one) => ({
          id: one.fingerprint,
          over: one.revoked,
          cells: [
            <code key="fingerprint" title={one.fingerprint}>{one.fingerprint.slice(0, 16)}…</code>,
            <code key="name">{one.name}</code>,
            <TimeText key="last" unix_ms={Date.parse(one.lastAt)} />,
            <DayText key="ends" unix_ms={Date.parse(one.expiresAt)} />,
            one.revoked ? (
              <State key="revoked" state="error">Revoked</State>
            ) : (
              <Button key="act" look="quiet" size="small" onPress={() => setAsked(one)}>
                Revoke…
              </Button>
            ),
          ],
        }))}
      />
      {asked === null ? null : (
        <div role="alert" className={styles['refusedHere']}>
          <p>
            Whoever has the key of the certificate <code>{asked.fingerprint.slice(0, 16)}…</code> is refused at once, on open connections too. This cannot be undone; the producer needs another certificate.
          </p>
          {failure === null ? null : <ErrorNote error={failure} />}
          <footer className={styles['dialogFoot']}>
            <Button onPress={() => setAsked(null)}>Cancel</Button>
            <Button look="danger" isPending={busy} onPress={() => void revoke(asked)}>
              Revoke this certificate
            </Button>
          </footer>
        </div>
      )}
    </>
  );
}
