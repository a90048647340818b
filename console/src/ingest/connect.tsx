/** Connecting a service: what it is written in, a key that says who sends, what to run, and the wait for its first trace. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { endpointOf } from '#api/endpoint.ts';
import { useHealth } from '#api/health.ts';
import { type KeyedProducer, producersQuery } from '#api/ingest.ts';
import { useMay } from '#api/session.ts';
import { Panel } from '#ui/panel.tsx';
import { FirstTrace } from './first-trace.tsx';
import styles from './ingest.module.css';
import { LanguageTiles } from './language-tiles.tsx';
import { MakeKey } from './make-key.tsx';
import { type Language, stepsFor } from './snippets.ts';
import { SnippetSteps } from './snippet-steps.tsx';

export interface ConnectProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

export function Connect({ language, onLanguage }: ConnectProps): ReactNode {
  const client = useQueryClient();
  const mayMake = useMay('producer.change');
  const health = useHealth(0, 60_000);
  const [service, setService] = useState('');
  const [made, setMade] = useState<(KeyedProducer & { readonly at_ms: number }) | null>(null);
  const endpoint = endpointOf(health.data?.listens?.otlpHttp ?? null, window.location);
  const shown = service.trim() === '' ? 'my-service' : service.trim();
  return (
    <ol className={styles['steps']}>
      <li>
        <Panel title="1. What sends?">
          <LanguageTiles value={language} onChange={onLanguage} />
        </Panel>
      </li>
      <li>
        <Panel title="2. A key of its own">
          <MakeKey
            language={language}
            service={service}
            onService={setService}
            mayMake={mayMake}
            made={made}
            onMade={(keyed) => {
              setMade({ ...keyed, at_ms: Date.now() });
              void client.invalidateQueries({ queryKey: producersQuery.queryKey });
            }}
          />
        </Panel>
      </li>
      <li>
        <Panel title={language === 'collector' ? '3. Configure' : '3. Run'} note={made !== null ? 'with your key in it' : mayMake ? 'the key goes in as soon as it is made' : 'put your key in place of tk_…'}>
          <SnippetSteps steps={stepsFor(language, { endpoint, key: made?.key ?? 'tk_…', service: shown })} />
        </Panel>
      </li>
      <li>
        <FirstTrace producer={made?.producer ?? null} since_ms={made?.at_ms ?? null} />
      </li>
    </ol>
  );
}
