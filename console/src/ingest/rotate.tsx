/** A new key for a producer: the old one goes on for as long as somebody needs to change it everywhere. The new key is shown once. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { post } from '#api/client.ts';
import { type KeyedProducer, type Producer, producersQuery } from '#api/ingest.ts';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Dialog } from '#ui/dialog.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import styles from './ingest.module.css';

const HOUR_MS = 3_600_000;
const GRACES = [
  { id: 'day', label: 'a day', ms: 24 * HOUR_MS, effect: 'Both keys work for a day; after that exporters with the old one are refused.' },
  { id: 'hour', label: 'an hour', ms: HOUR_MS, effect: 'Both keys work for an hour; after that exporters with the old one are refused.' },
  { id: 'week', label: 'a week', ms: 7 * 24 * HOUR_MS, effect: 'Both keys work for a week; after that exporters with the old one are refused.' },
  { id: 'none', label: 'no longer', ms: 0, effect: 'The old key ends within a second. Whoever still sends with it is refused, and exporters throw those spans away.' },
] as const;

export function Rotate({ producer, onClose }: { readonly producer: Producer; readonly onClose: () => void }): ReactNode {
  const client = useQueryClient();
  const [grace, setGrace] = useState<(typeof GRACES)[number]['id']>('day');
  const [made, setMade] = useState<KeyedProducer | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = GRACES.find(({ id }) => id === grace) ?? GRACES[0];
  const rotate = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setMade(await post<KeyedProducer>(`/api/v1/producers/${producer.id}/rotate`, { graceMs: chosen.ms }));
      await client.invalidateQueries({ queryKey: producersQuery.queryKey });
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('cannot rotate the key'));
    } finally {
      setBusy(false);
    }
  };
  if (made !== null) {
    return (
      <Dialog isOpen title={`New key of ${producer.name}`} onClose={onClose} width="wide">
        <p>It is shown only now. {chosen.effect}</p>
        <Snippet label="the new key" text={made.key} />
        <footer className={styles['dialogFoot']}>
          <Button look="primary" onPress={onClose}>
            I have it
          </Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog isOpen title={`Rotate the key of ${producer.name}?`} onClose={onClose}>
      <Choice label="The old key is good for" options={GRACES} value={grace} onChange={setGrace} />
      <p>{chosen.effect} What is stored stays.</p>
      {error === null ? null : <ErrorNote error={error} />}
      <footer className={styles['dialogFoot']}>
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" isPending={busy} onPress={() => void rotate()}>
          Make a new key
        </Button>
      </footer>
    </Dialog>
  );
}
