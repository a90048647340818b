/** The text, its problems, its dry run, and what can be done with it. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Applied, PolicyInForce } from '#api/policy.ts';
import { CodeEditor } from '#editor/code-editor.tsx';
import type { NewAction } from '#editor/new-rule.ts';
import type { Reading } from '#editor/problem-marks.ts';
import type { Schema } from '#editor/schema-walk.ts';
import type { EditorHandle } from '#editor/text-editor.tsx';
import { type Problem, readPolicy } from '#policy/read';
import { policySchema } from '#policy/schema';
import { weakenings as weakeningsOf } from '#policy/weakening';
import { Keys } from '#ui/keys.tsx';
import { saveFile } from '#ui/save-file.ts';
import { ApplyDialog } from './apply-dialog.tsx';
import { ResultNote } from './acts.tsx';
import { BenchBar } from './bench-bar.tsx';
import { discardDraft } from './draft.ts';
import { DraftNote, OlderDrafts } from './draft-notes.tsx';
import { DryRunPanel } from './dry-run.tsx';
import { ProblemList } from './problem-list.tsx';
import { useDryRun } from './use-dry-run.ts';
import { useKnown } from './use-known.ts';
import { otherAction, useBeginning, useDraft } from './use-text.ts';
import styles from './workbench.module.css';
import { WrittenNote } from './written-note.tsx';

const SCHEMA = policySchema() as Schema;

export function Workbench({ policy }: { readonly policy: PolicyInForce }): ReactNode {
  const beginning = useBeginning(policy);
  const [base, setBase] = useState(policy.digest);
  const [text, setText] = useState(beginning.text);
  const [reading, setReading] = useState<Reading>(() => ({ text: beginning.text, ...readPolicy(beginning.text) }));
  const [written, setWritten] = useState(beginning.written);
  const [draftAt, setDraftAt] = useState(beginning.draftAt);
  const [isApplying, setApplying] = useState(false);
  const [result, setResult] = useState<Applied | null>(null);
  const handle = useRef<EditorHandle>(null);
  const { known, setOwnKinds } = useKnown();
  const running = useDryRun();
  useDraft(policy, base, text);
  // What was applied is what the next change is made from.
  useEffect(() => {
    if (text === policy.text) setBase(policy.digest);
  }, [text, policy.text, policy.digest]);

  const inForce = useMemo(() => readPolicy(policy.text).document, [policy.text]);
  const weakenings = useMemo(() => (inForce === null || reading.document === null ? [] : weakeningsOf(inForce, reading.document)), [inForce, reading.document]);
  const hasErrors = reading.problems.some(isError);
  const onRead = useCallback(
    (read: Reading): void => {
      setReading(read);
      if (read.document !== null) setOwnKinds(read.document.recognizers?.map(({ id }) => id) ?? []);
    },
    [setOwnKinds],
  );
  const { start } = running;
  useEffect(() => {
    if (beginning.selected === null) return;
    handle.current?.select(beginning.selected.from, beginning.selected.to);
    if (readPolicy(beginning.text).document !== null) start(beginning.text);
  }, [beginning, start]);

  const now = (): string => handle.current?.text() ?? text;
  const take = (fresh: string): void => {
    setResult(null);
    handle.current?.replace(fresh);
    handle.current?.focus();
  };
  const discard = (): void => {
    discardDraft(localStorage, base);
    setDraftAt(null);
    setWritten(null);
    take(policy.text);
  };
  /** Leads to the first error instead, if there is one. */
  const ifRight = (act: (text: string) => void) => (): void => {
    const read = { text: now(), ...readPolicy(now()) };
    setReading(read);
    const wrong = read.problems.find(isError);
    if (wrong === undefined) act(read.text);
    else handle.current?.show(wrong);
  };
  const tryIt = ifRight(start);
  const applyIt = ifRight((right) => {
    if (right !== policy.text) setApplying(true);
  });
  const choose = (action: NewAction): void => {
    const change = written === null ? null : otherAction(now(), written, action);
    if (written === null || change === null) return;
    handle.current?.change(change);
    setWritten({ ...written, action, lines: change.insert });
    tryIt();
  };
  const done = (told: Applied): void => {
    setApplying(false);
    discardDraft(localStorage, base);
    setDraftAt(null);
    setWritten(null);
    setResult(told);
    scrollTo({ top: 0 });
  };

  return (
    <>
      {result === null ? null : <ResultNote result={result} />}
      {beginning.unwritten ? <p className={styles['notice']}>The text has no list of rules that a rule could be put into. Write it by hand.</p> : null}
      {draftAt === null || text === policy.text ? null : <DraftNote at={draftAt} onDiscard={discard} />}
      <OlderDrafts base={policy.digest} onOpen={take} />
      {written === null || !text.includes(written.lines) ? null : <WrittenNote written={written} onChoose={choose} />}
      <section aria-label="Text of the policy" className={styles['bench']}>
        <BenchBar hasErrors={hasErrors} isChanged={text !== policy.text} onTake={take} onDownload={() => saveFile('policy.yaml', now(), 'application/yaml')} onDiscard={discard} onTry={tryIt} onApply={applyIt} />
        <div className={styles['text']}>
          <CodeEditor label="Policy as YAML. Escape, then Tab leaves the editor." text={beginning.text} schema={SCHEMA} known={known} onChange={setText} onRead={onRead} onTry={tryIt} onApply={applyIt} handle={handle} />
        </div>
        <KeyHints />
        <ProblemList problems={reading.problems} rules={reading.document?.rules.length ?? null} onShow={(problem) => handle.current?.show(problem)} onFix={(problem, fix) => handle.current?.fix(problem, fix)} />
      </section>
      <DryRunPanel running={running} wrong={hasErrors ? 'The text has errors; the list above says which.' : null} text={text} weakenings={weakenings} />
      {isApplying ? <ApplyDialog policy={policy} base={base} onBase={setBase} text={text} weakenings={weakenings} onClose={() => setApplying(false)} onResult={done} /> : null}
    </>
  );
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function KeyHints(): ReactNode {
  return (
    <p className={styles['keys']}>
      <span><Keys keys="ctrl+Space" /> completes</span>
      <span><Keys keys="F8" /> next problem</span>
      <span><Keys keys="ctrl+F" /> finds</span>
      <span><Keys keys="ctrl+enter" /> tries</span>
      <span><Keys keys="ctrl+S" /> applies</span>
      <span><Keys keys="esc" /> then <Keys keys="Tab" /> leaves the editor</span>
    </p>
  );
}
