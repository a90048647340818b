/** Every version of the own policies: who applied it, when and why, what it changed; going back to one, as a new version. */
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type AccessInForce, type AccessVersion, accessVersionQuery, accessVersionsQuery } from '#api/access.ts';
import { useMay } from '#api/session.ts';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { TextDiff } from '#ui/text-diff.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './access.module.css';
import { ApplyDialog } from './apply-dialog.tsx';

export function History({ inForce }: { readonly inForce: AccessInForce }): ReactNode {
  const { data: versions, error, refetch } = useQuery(accessVersionsQuery);
  const may = useMay('access.write');
  const [open, setOpen] = useState<number | null>(null);
  return (
    <Panel title="History" note="each version is in the log" flush>
      {versions === undefined ? (
        error === null ? <SkeletonRows rows={2} height="48px" label="The versions are being asked for" /> : <ErrorNote error={error} retry={() => void refetch()} />
      ) : versions.length === 0 ? (
        <p className={styles['none']}>Nobody has applied own policies yet.</p>
      ) : (
        <ol className={styles['versions']} aria-label="Versions, the newest first">
          {versions.map((version) => (
            <li key={version.version} className={styles['version']}>
              <Told version={version} isInForce={version.version === inForce.version} />
              <Button size="small" aria-expanded={open === version.version} onPress={() => setOpen(open === version.version ? null : version.version)}>{open === version.version ? 'Close' : 'Show'}</Button>
              {open === version.version ? <Version version={version.version} inForce={inForce} may={may} /> : null}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Told({ version: { version, policies, since, by, note }, isInForce }: { readonly version: AccessVersion; readonly isInForce: boolean }): ReactNode {
  return (
    <div className={styles['told']}>
      <h3>Version {version} {isInForce ? <span className={styles['inforce']}>in force</span> : null}</h3>
      <p>{since === null ? null : <DayText unix_ms={since} />} by {by}. {policies === 0 ? 'No own policies.' : `${plural(policies, 'policy', 'policies')}.`}</p>
      {note === '' ? null : <p className={styles['note']}>{note}</p>}
    </div>
  );
}

function Version({ version, inForce, may }: { readonly version: number; readonly inForce: AccessInForce; readonly may: boolean }): ReactNode {
  const { data, error, refetch } = useQuery(accessVersionQuery(version));
  const { data: before } = useQuery({ ...accessVersionQuery(version - 1), enabled: version > 1 });
  const [isReverting, setReverting] = useState(false);
  if (data === undefined) return error === null ? <SkeletonRows rows={3} height="20px" label="The version is being asked for" /> : <ErrorNote error={error} retry={() => void refetch()} />;
  return (
    <div className={styles['shown']}>
      {version > 1 && before === undefined ? null : <TextDiff older={before?.text ?? ''} newer={data.text} label={`What version ${version} changed`} />}
      {may && version !== inForce.version ? <div><Button size="small" onPress={() => setReverting(true)}>Revert to version {version}…</Button></div> : null}
      {isReverting ? <ApplyDialog access={inForce} base={inForce.version} text={data.text} title={`Revert to version ${version}`} onClose={() => setReverting(false)} onApplied={() => setReverting(false)} /> : null}
    </div>
  );
}
