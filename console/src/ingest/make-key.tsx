/** Makes the key. It names the services that may be spoken for with it, so that a stolen one cannot speak for others. */
import { type ReactNode, useState } from 'react';
import { Form } from 'react-aria-components';
import { post } from '#api/client.ts';
import type { KeyedProducer } from '#api/ingest.ts';
import { Button } from '#ui/button.tsx';
import { Snippet } from '#ui/copy.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Field } from '#ui/field.tsx';
import { State } from '#ui/state.tsx';
import styles from './ingest.module.css';
import { type Language, readGlobList } from './snippets.ts';

export interface MakeKeyProps {
  readonly language: Language;
  readonly service: string;
  readonly onService: (service: string) => void;
  readonly mayMake: boolean;
  readonly made: KeyedProducer | null;
  readonly onMade: (keyed: KeyedProducer) => void;
}

export function MakeKey({ language, service, onService, mayMake, made, onMade }: MakeKeyProps): ReactNode {
  const isCollector = language === 'collector';
  const [globs, setGlobs] = useState<string | null>(null);
  const [backfill, setBackfill] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const name = service.trim();
  const shownGlobs = globs ?? (isCollector ? '*' : name);
  if (!mayMake) {
    return (
      <p>
        Keys are made by administrators of this server. Ask one for an ingest key, and say which services it has to speak for; with it, the lines below work as they stand. (On the server’s own machine: <code>tracekeep producer add NAME --service GLOB</code>.)
      </p>
    );
  }
  if (made !== null) {
    return (
      <div className={styles['made']} role="status">
        <p>
          <State state="verified">Key made</State> for <b>{made.producer.name}</b>, which may speak for <code>{made.producer.services.join(', ')}</code>{made.producer.backfill ? ', and send old spans' : ''}. It is shown only now and stored as a hash.
        </p>
        <Snippet label="the key" text={made.key} />
      </div>
    );
  }
  const make = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onMade(await post<KeyedProducer>('/api/v1/producers', { name, services: readGlobList(shownGlobs), ...(backfill ? { backfill } : {}) }));
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('cannot make a key'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form
      className={styles['keyForm'] ?? ''}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <Field label={isCollector ? 'Name of the Collector' : 'Name of the service'} name="service" value={service} onChange={onService} placeholder={isCollector ? 'collector-eu' : 'checkout'} isRequired autoComplete="off" note={isCollector ? 'To know it by, in this console.' : 'As it will call itself: OTEL_SERVICE_NAME.'} />
      <Field label="May speak for" name="globs" value={shownGlobs} onChange={setGlobs} autoComplete="off" isRequired note="Names of services, * for any letters, several with commas. Spans of other services are refused." />
      <label className={styles['backfill']}>
        <input type="checkbox" checked={backfill} onChange={(event) => setBackfill(event.currentTarget.checked)} />
        <span>
          Old spans too
          <small>Spans that ended more than a day ago are refused otherwise, so that nobody writes into the past. For imports.</small>
        </span>
      </label>
      <div className={styles['keyAct']}>
        <Button type="submit" look="primary" isPending={busy} isDisabled={name === '' || readGlobList(shownGlobs).length === 0}>
          Make a key
        </Button>
      </div>
      {error === null ? null : <ErrorNote error={error} />}
    </Form>
  );
}
