/** What the server found when it last verified everything against its log, and how far it is with the next time. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleDashed, LoaderCircle, OctagonX, ShieldCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type Integrity, integrityQuery, type Progress, type Verification, verifyNow } from '#api/integrity.ts';
import { useMay } from '#api/session.ts';
import { ago, count, duration, percent, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { State } from '#ui/state.tsx';
import { useNow } from '#ui/use-now.ts';
import styles from './integrity.module.css';

const IDLE_MS = 15_000;
const RUNNING_MS = 700;
const PHASES: Readonly<Record<Progress['phase'], string>> = { log: 'entries and hashes of the log', blocks: 'spans of the blocks', 'look-up': 'the table that finds traces', account: 'the account' };

export function ThisServer(): ReactNode {
  const { data, error, refetch } = useQuery({ ...integrityQuery, refetchInterval: ({ state }) => (state.data?.running == null ? IDLE_MS : RUNNING_MS) });
  const now_ms = useNow(5_000);
  const { state, title, sentence } = wordsOf(data, now_ms);
  const Shape = { checking: LoaderCircle, running: LoaderCircle, verified: ShieldCheck, broken: OctagonX, waiting: CircleDashed }[state];
  return (
    <section aria-label="This server" className={styles['verdict']} data-state={state} role={state === 'broken' ? 'alert' : undefined}>
      <Shape aria-hidden size={28} strokeWidth={1.75} />
      <div className={styles['words']}>
        <span className={styles['who']}>This server, verifying what it stores</span>
        <strong>{title}</strong>
        <p>{sentence}</p>
        {data?.failed == null ? null : (
          <p>
            <State state="minimized">Not finished</State> The attempt {ago(Date.parse(data.failed.at), now_ms)} ended early: {data.failed.why}
          </p>
        )}
        {data?.running == null ? null : <Running progress={data.running} />}
        {error !== null && data === undefined ? <ErrorNote error={error} retry={() => void refetch()} /> : null}
        <div className={styles['acts']}>
          {state === 'broken' ? <Link to="/findings" className={styles['link'] ?? ''}>See what was found</Link> : null}
          <VerifyNow isRunning={data?.running != null} />
        </div>
      </div>
    </section>
  );
}

function VerifyNow({ isRunning }: { readonly isRunning: boolean }): ReactNode {
  const may = useMay('integrity.verify');
  const client = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const [asking, setAsking] = useState(false);
  if (!may) return null;
  const run = async (): Promise<void> => {
    setAsking(true);
    setError(null);
    try {
      await verifyNow();
      await client.invalidateQueries({ queryKey: ['integrity'] });
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error('cannot begin to verify'));
    } finally {
      setAsking(false);
    }
  };
  return (
    <>
      <Button size="small" isPending={asking || isRunning} onPress={() => void run()}>
        {isRunning ? 'Verifying…' : 'Verify everything now'}
      </Button>
      {error === null ? null : <ErrorNote error={error} />}
    </>
  );
}

function Running({ progress: { phase, spans, spansTotal, startedAt } }: { readonly progress: Progress }): ReactNode {
  const share = spansTotal === 0 ? 0 : Math.min(1, spans / spansTotal);
  return (
    <div className={styles['progress']}>
      <div role="progressbar" aria-label="Verification" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100} className={styles['track']}>
        <span style={{ inlineSize: `${share * 100}%` }} />
      </div>
      <span>
        {percent(share)}: {PHASES[phase]}, {count(spans)} of about {count(spansTotal)} spans, since {duration(Math.max(0, Date.now() - Date.parse(startedAt)) * 1e6)}
      </span>
    </div>
  );
}

interface Words {
  readonly state: 'checking' | 'running' | 'verified' | 'broken' | 'waiting';
  readonly title: string;
  readonly sentence: string;
}

function wordsOf(integrity: Integrity | undefined, now_ms: number): Words {
  if (integrity === undefined) return { state: 'checking', title: 'Asking…', sentence: 'The last verification is being asked for.' };
  const { running, full } = integrity;
  if (full === null) return running === null ? { state: 'waiting', title: 'Not verified as a whole yet', sentence: 'The server verifies in the background; the first time through has not ended.' } : { state: 'running', title: 'Verifying everything', sentence: 'Every stored span is hashed again and compared with the log.' };
  const what = `${plural(full.spans, 'span')} in ${plural(full.blocks, 'block')} and ${plural(full.entries, 'entry', 'entries')} of the log were compared ${ago(Date.parse(full.finishedAt), now_ms)}, in ${duration(full.took_ms * 1e6)}.`;
  if (full.findings > 0) return { state: 'broken', title: `${plural(full.findings, 'thing')} ${full.findings === 1 ? 'is' : 'are'} not as stored`, sentence: `${what} ${apartText(full)}` };
  return { state: 'verified', title: 'Everything is as it was stored', sentence: `${what} ${apartText(full)}` };
}

function apartText({ expired, beforeLog }: Verification): string {
  const parts = [...(expired.spans === 0 ? [] : [`${plural(expired.spans, 'span')} expired by their rule`]), ...(beforeLog.spans === 0 ? [] : [`${plural(beforeLog.spans, 'span')} from before the log began are held by nothing`])];
  return parts.length === 0 ? '' : `${parts.join('; ')}.`;
}
