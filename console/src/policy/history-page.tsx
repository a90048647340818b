/** Every version of the policy: who applied it, when and why, what it weakened; any two compared; going back to one, as a new version. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ShieldAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type Applied, policyQuery, type PolicyVersion, useMayChangePolicy, versionQuery, versionsQuery } from '#api/policy.ts';
import { count, plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { DayText } from '#ui/time-text.tsx';
import { ResultNote } from './acts.tsx';
import { type Compared, readCompared } from './address.ts';
import { PolicyText } from './policy-text.tsx';
import styles from './policy.module.css';
import { RevertDialog } from './revert-dialog.tsx';
import { TextDiff } from '#ui/text-diff.tsx';
import { Marked } from './words.tsx';
import { whoText } from './who.ts';

/** So that the comparison below them is not far away; a button shows the rest. */
const VERSIONS_FIRST = 20;

export function PolicyHistoryPage(): ReactNode {
  const { data: versions, error, refetch } = useQuery(versionsQuery);
  const { data: policy } = useQuery(policyQuery);
  const may = useMayChangePolicy();
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const [reverting, setReverting] = useState<PolicyVersion | null>(null);
  const [result, setResult] = useState<Applied | null>(null);
  const [all, setAll] = useState(false);
  const [newest, previous] = versions ?? [];
  const asked = readCompared(search);
  const has = (version: number | undefined): version is number => versions?.some((one) => one.version === version) === true;
  const newer = has(asked.newer) ? asked.newer : newest?.version;
  const older = has(asked.older) ? asked.older : (previous ?? newest)?.version;
  // What is compared is shown too, however old: it can be chosen anew.
  const shown = versions?.filter(({ version }, at) => all || at < VERSIONS_FIRST || version === older || version === newer) ?? [];
  const compare = (changed: Compared): void => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  return (
    <Page>
      <PageHeader title="History of the policy" actions={<Link to="/policy" className={styles['link'] ?? ''}>To the policy</Link>}>
        Each version is in the log, and each block names the policy that made it: what was in force for a span can be proved.
      </PageHeader>
      {result === null ? null : <ResultNote result={result} />}
      <Panel title="Versions" {...((versions?.length ?? 2) < 2 ? {} : { note: 'pick two to compare' })} flush>
        {error !== null && versions === undefined ? <ErrorNote error={error} retry={() => void refetch()} /> : null}
        {versions === undefined ? (
          error === null ? <SkeletonRows rows={4} height="58px" label="The versions are being asked for" /> : null
        ) : (
          <ol className={styles['versions']} aria-label="Versions, the newest first">
            {shown.map((version) => (
              <li key={version.version} className={styles['version']} data-compared={(versions.length > 1 && (version.version === older || version.version === newer)) || undefined}>
                <div className={styles['pick']} hidden={versions.length < 2}>
                  <label>old<input type="radio" name="older" checked={version.version === older} onChange={() => compare({ older: version.version, newer })} aria-label={`Compare from version ${version.version}`} /></label>
                  <label>new<input type="radio" name="newer" checked={version.version === newer} onChange={() => compare({ older, newer: version.version })} aria-label={`Compare to version ${version.version}`} /></label>
                </div>
                <Told version={version} />
                {may && version !== newest ? <div><Button size="small" onPress={() => setReverting(version)} aria-label={`Revert to this: version ${version.version}`}>Revert to this</Button></div> : <div />}
              </li>
            ))}
          </ol>
        )}
        {versions === undefined || shown.length === versions.length ? null : <div className={styles['rest']}><Button size="small" onPress={() => setAll(true)}>Show all {count(versions.length)} versions</Button></div>}
      </Panel>
      {older === undefined || newer === undefined ? null : <Comparison older={older} newer={newer} />}
      {reverting === null || policy === undefined ? null : (
        <RevertDialog
          version={reverting}
          policy={policy}
          onClose={() => setReverting(null)}
          onResult={(told) => {
            setReverting(null);
            setResult(told);
            scrollTo({ top: 0 });
          }}
        />
      )}
    </Page>
  );
}

function Told({ version: { version, since, until, by, approvedBy, note, approvalNote, rules, weakenings, weakeningsCount } }: { readonly version: PolicyVersion }): ReactNode {
  return (
    <div className={styles['told']}>
      <h3>
        Version {version}
        {until === null ? <span className={styles['inforce']}>in force</span> : null}
        {weakenings.length === 0 ? null : (
          <span className={styles['weaker']}>
            <ShieldAlert aria-hidden size={13} />
            weakened in {plural(weakeningsCount, 'way')}
          </span>
        )}
      </h3>
      <p>
        <DayText unix_ms={since} /> by {whoText(by)}{approvedBy === null ? '' : `, approved by ${whoText(approvedBy)}`}. {plural(rules, 'rule')}.
      </p>
      {note === '' ? null : <p className={styles['note']}>{note}</p>}
      {approvalNote === '' ? null : <p className={styles['note']}>{whoText(approvedBy ?? '')}: {approvalNote}</p>}
      {weakenings.length === 0 ? null : (
        <details className={styles['more']}>
          <summary>What it weakened</summary>
          <ul className={styles['stack']}>{weakenings.map(({ sentence }, at) => <li key={at}><Marked text={sentence} /></li>)}
            {weakeningsCount > weakenings.length ? <li>and {weakeningsCount - weakenings.length} more</li> : null}
          </ul>
        </details>
      )}
    </div>
  );
}

function Comparison({ older, newer }: { readonly older: number; readonly newer: number }): ReactNode {
  const [one, other] = [useQuery(versionQuery(older)), useQuery(versionQuery(newer))];
  const failed = one.error === null ? other : one;
  return (
    <Panel title={older === newer ? `Text of version ${newer}` : `From version ${older} to version ${newer}`}>
      {one.data !== undefined && other.data !== undefined ? (
        <div className={styles['stack']}>
          {older === newer ? null : <TextDiff older={one.data.text} newer={other.data.text} label={`Difference from version ${older} to version ${newer}`} />}
          <PolicyText text={other.data.text} version={newer} />
        </div>
      ) : failed.error !== null ? (
        <ErrorNote error={failed.error} retry={() => void failed.refetch()} />
      ) : (
        <SkeletonRows rows={6} height="20px" label="The texts are being asked for" />
      )}
    </Panel>
  );
}
