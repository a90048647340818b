/** The policy in force, told rule by rule: what becomes of which values before anything is stored, and why. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { type Applied, policyQuery, useMayChangePolicy } from '#api/policy.ts';
import { type PolicyDocument } from '#policy/document';
import { readPolicy } from '#policy/read';
import { oneOf } from '#frame/address.ts';
import { plural } from '#time/format.ts';
import { ErrorNote } from '#ui/error-note.tsx';
import { Page, PageHeader } from '#ui/page-header.tsx';
import { Panel } from '#ui/panel.tsx';
import { useShortcuts } from '#ui/shortcuts.ts';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { ResultNote } from './acts.tsx';
import { InForce } from './in-force.tsx';
import { PolicyText } from './policy-text.tsx';
import styles from './policy.module.css';
import { ProposalPanel } from './proposal-panel.tsx';
import { RuleCard } from './rule-card.tsx';
import card from './rule-card.module.css';
import { useActed } from './use-acted.ts';

export function PolicyPage(): ReactNode {
  const { data: policy, error, refetch } = useQuery(policyQuery);
  const may = useMayChangePolicy();
  const [result, setResult] = useState<Applied | null>(null);
  const navigate = useNavigate();
  useShortcuts('Policy', [
    { keys: 'e', does: may ? 'edit the policy' : 'read the text of the policy', act: () => void navigate({ to: '/policy/edit', search: {} }) },
    { keys: 'h', does: 'history of the policy', act: () => void navigate({ to: '/policy/history', search: {} }) },
  ]);
  const text = policy?.text;
  const document = useMemo(() => (text === undefined ? null : readPolicy(text).document), [text]);
  return (
    <Page>
      <PageHeader
        title="Policy"
        actions={
          <>
            <Link to="/policy/history" className={styles['link'] ?? ''}>History</Link>
            {may ? <Link to="/policy/edit" className={styles['link'] ?? ''} data-look="primary">Edit</Link> : null}
          </>
        }
      >
        What becomes of values before they are stored. Nothing that minimization takes away can be brought back.
      </PageHeader>
      {result === null ? null : <ResultNote result={result} />}
      {error !== null && policy === undefined ? <ErrorNote error={error} retry={() => void refetch()} /> : null}
      {policy === undefined && error === null ? <SkeletonRows rows={1} height="64px" label="The policy is being asked for" /> : null}
      {policy === undefined ? null : <InForce policy={policy} />}
      {policy === undefined || policy.proposal === null ? null : <ProposalPanel proposal={policy.proposal} policy={policy} onResult={setResult} />}
      {policy === undefined ? (
        error === null ? (
          <Panel title="Rules">
            <SkeletonRows rows={4} height="84px" label="The rules are being asked for" />
          </Panel>
        ) : null
      ) : document === null ? (
        <Panel title="Rules">
          <p>This console does not understand the policy in force. Reload the page: the server may be newer than it.</p>
        </Panel>
      ) : (
        <Rules document={document} />
      )}
      {policy === undefined ? null : (
        <Panel title="Text">
          <PolicyText text={policy.text} version={policy.version} />
        </Panel>
      )}
    </Page>
  );
}

function Rules({ document: { rules, attributes = 'keep', recognizers = [], restricted = [] } }: { readonly document: PolicyDocument }): ReactNode {
  const acted = useActed();
  const search: Record<string, unknown> = useSearch({ strict: false });
  const shown = oneOf(search['rule']);
  return (
    <>
      <Panel title="Rules" note={rules.length === 0 ? undefined : `${plural(rules.length, 'rule')}; the first that applies decides`} flush>
        <ol className={card['rules']}>
          {rules.map((rule, at) => (
            <RuleCard key={rule.id} rule={rule} at={at + 1} isShown={rule.id === shown} acted={acted === null || rule.action === 'keep' || rule.action === 'restrict' ? null : (acted.get(rule.id) ?? 0)} />
          ))}
        </ol>
        <p className={styles['rest']}>
          {attributes === 'drop' ? 'Attributes that no rule about whole values names are dropped: the rules are an allow-list.' : 'Attributes that no rule names stay.'} What is recognized and named by no rule is replaced by the name of its kind.
        </p>
      </Panel>
      {recognizers.length === 0 ? null : (
        <Panel title="Recognizers of your own">
          <ul className={styles['stack']}>
            {recognizers.map(({ id, reason, pattern, context }) => (
              <li key={id} className={styles['told']}>
                <h3><code>{id}</code></h3>
                <code>{pattern}</code>
                {context === undefined ? null : <span className={styles['quiet']}>near {context.map((word) => `“${word}”`).join(', ')}</span>}
                {reason === undefined ? null : <span className={styles['note']}>{reason}</span>}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {restricted.length === 0 ? null : (
        <Panel title="Restricted keys" note="In the log their values stand as salted digests, so that evidence can leave them out">
          <ul className={styles['globs']}>
            {restricted.map((glob) => <li key={glob}><code>{glob}</code></li>)}
          </ul>
        </Panel>
      )}
    </>
  );
}
