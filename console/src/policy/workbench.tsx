/** The text, its problems, its dry run, and what can be done with it. */
import { useQuery } from '@tanstack/react-query';
import { Download, FileUp } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Applied, type PolicyInForce, presetsQuery, presetText } from '#api/policy.ts';
import { CodeEditor, type EditorHandle } from '#editor/code-editor.tsx';
import { NEW_ACTIONS } from '#editor/new-rule.ts';
import type { Reading } from '#editor/problem-marks.ts';
import type { Schema } from '#editor/schema-walk.ts';
import { readPolicy } from '#policy/read';
import { policySchema } from '#policy/schema';
import { weakenings as weakeningsOf } from '#policy/weakening';
import { Button } from '#ui/button.tsx';
import { Choice } from '#ui/choice.tsx';
import { Keys } from '#ui/keys.tsx';
import { Menu } from '#ui/menu.tsx';
import { ApplyDialog } from './apply-dialog.tsx';
import { ResultNote } from './acts.tsx';
import { discardDraft, type Draft, readDrafts } from './draft.ts';
import { downloadText, readTextFile } from './download.ts';
import { DryRunPanel } from './dry-run.tsx';
import { DraftNote, OlderDraft } from './draft-notes.tsx';
import { ProblemList } from './problem-list.tsx';
import { useDryRun } from './use-dry-run.ts';
import { useKnown } from './use-known.ts';
import { otherAction, useBeginning, useDraft } from './use-text.ts';
import styles from './workbench.module.css';

const SCHEMA = policySchema() as Schema;

export function Workbench({ policy }: { readonly policy: PolicyInForce }): ReactNode {
  const beginning = useBeginning(policy);
  const [base, setBase] = useState(policy.digest);
  const [text, setText] = useState(beginning.text);
  const [reading, setReading] = useState<Reading>(() => ({ text: beginning.text, ...readPolicy(beginning.text) }));
  const [written, setWritten] = useState(beginning.written);
  const [draftAt, setDraftAt] = useState(beginning.draftAt);
  const [others, setOthers] = useState<readonly Draft[]>(() => readDrafts(localStorage).filter((draft) => draft.base !== policy.digest));
  const [wrongFile, setWrongFile] = useState<string | null>(null);
  const [isApplying, setApplying] = useState(false);
  const [result, setResult] = useState<Applied | null>(null);
  const handle = useRef<EditorHandle>(null);
  const file = useRef<HTMLInputElement>(null);
  const { known, setOwnKinds } = useKnown();
  const { data: presets = [] } = useQuery(presetsQuery);
  const running = useDryRun();
  useDraft(policy, base, text);

  const inForce = useMemo(() => readPolicy(policy.text).document, [policy.text]);
  const weakenings = useMemo(() => (inForce === null || reading.document === null ? [] : weakeningsOf(inForce, reading.document)), [inForce, reading.document]);
  const errors = reading.problems.filter(({ severity }) => severity === 'error').length;
  const wrong = errors === 0 ? null : 'The text has errors; the list above says which.';

  const onRead = useCallback(
    (read: Reading): void => {
      setReading(read);
      if (read.document !== null) setOwnKinds(read.document.recognizers?.map(({ id }) => id) ?? []);
    },
    [setOwnKinds],
  );
  // What was applied is what the next change is made from.
  useEffect(() => {
    if (text === policy.text) setBase(policy.digest);
  }, [text, policy.text, policy.digest]);
  const begun = useRef(false);
  const { start } = running;
  useEffect(() => {
    if (begun.current || beginning.selected === null) return;
    begun.current = true;
    handle.current?.select(beginning.selected.from, beginning.selected.to);
    if (readPolicy(beginning.text).document !== null) start(beginning.text);
  }, [beginning, start]);

  const take = (fresh: string): void => {
    setResult(null);
    handle.current?.replace(fresh);
    handle.current?.focus();
  };
  const tryIt = (): void => {
    const now = handle.current?.text() ?? text;
    if (readPolicy(now).document !== null) start(now);
  };
  const applyIt = (): void => {
    const now = handle.current?.text() ?? text;
    const read = readPolicy(now);
    setReading({ text: now, ...read });
    if (read.document !== null && now !== policy.text) setApplying(true);
  };
  const upload = async (given: File | undefined): Promise<void> => {
    if (given === undefined) return;
    const read = await readTextFile(given);
    setWrongFile('wrong' in read ? read.wrong : null);
    if ('text' in read) take(read.text);
  };
  const discard = (): void => {
    discardDraft(localStorage, base);
    setDraftAt(null);
    setWritten(null);
    take(policy.text);
  };

  return (
    <>
      {result === null ? null : <ResultNote result={result} />}
      {beginning.unwritten ? <p className={styles['notice']}>The text has no list of rules that a rule could be put into. Write it by hand.</p> : null}
      {draftAt === null || text === policy.text ? null : <DraftNote at={draftAt} onDiscard={discard} />}
      {others.map((draft) => (
        <OlderDraft
          key={draft.base}
          draft={draft}
          onOpen={() => {
            take(draft.text);
            discardDraft(localStorage, draft.base);
            setOthers(others.filter((one) => one !== draft));
          }}
          onDiscard={() => {
            discardDraft(localStorage, draft.base);
            setOthers(others.filter((one) => one !== draft));
          }}
        />
      ))}
      {written === null || !text.includes(written.lines) ? null : (
        <div className={styles['written']}>
          <span>
            Rule <code>{written.id}</code> is written. What should become of it?
          </span>
          <Choice
            bare
            label="What should become of it"
            options={NEW_ACTIONS}
            value={written.action}
            onChange={(action) => {
              const change = otherAction(handle.current?.text() ?? '', written, action);
              if (change === null) return setWritten(null);
              handle.current?.change(change);
              setWritten({ ...written, action, lines: change.insert });
              tryIt();
            }}
          />
        </div>
      )}
      <section aria-label="Text of the policy" className={styles['bench']}>
        <div className={styles['bar']}>
          <Menu label="Presets" trigger={<Button size="small" isDisabled={presets.length === 0}>Start from a preset</Button>} entries={presets.map(({ name, title }) => ({ id: name, label: title, act: () => void presetText(name).then(take, () => setWrongFile('The preset did not come. Try again.')) }))} />
          <Button size="small" onPress={() => file.current?.click()}>
            <FileUp aria-hidden />
            Open a file
          </Button>
          <input
            ref={file}
            type="file"
            accept=".yaml,.yml,.json,text/plain"
            hidden
            aria-label="A file with a policy"
            onChange={(event) => {
              void upload(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
          <Button size="small" onPress={() => downloadText('policy.yaml', handle.current?.text() ?? text)}>
            <Download aria-hidden />
            Download
          </Button>
          {text === policy.text ? null : <Button size="small" look="quiet" onPress={discard}>Discard draft</Button>}
          <span className={styles['ends']}>
            <Button size="small" isDisabled={errors > 0} onPress={tryIt}>Try it</Button>
            <Button size="small" look="primary" isDisabled={errors > 0 || text === policy.text} onPress={applyIt}>Apply…</Button>
          </span>
        </div>
        {wrongFile === null ? null : <p role="alert" className={styles['wrong']}>{wrongFile}</p>}
        <div className={styles['text']}>
          <CodeEditor label="Policy as YAML. Escape, then Tab leaves the editor." text={beginning.text} schema={SCHEMA} known={known} onChange={setText} onRead={onRead} onTry={tryIt} onApply={applyIt} handle={handle} />
        </div>
        <p className={styles['keys']}>
          <span><Keys keys="ctrl+Space" /> completes</span>
          <span><Keys keys="F8" /> next problem</span>
          <span><Keys keys="ctrl+F" /> finds</span>
          <span><Keys keys="ctrl+enter" /> tries</span>
          <span><Keys keys="ctrl+S" /> applies</span>
          <span><Keys keys="esc" /> then <Keys keys="Tab" /> leaves the editor</span>
        </p>
        <ProblemList
          problems={reading.problems}
          rules={reading.document?.rules.length ?? null}
          onShow={(problem) => handle.current?.show(problem)}
          onFix={(problem, fix) => handle.current?.fix(problem, fix)}
        />
      </section>
      <DryRunPanel running={running} wrong={wrong} text={text} weakenings={weakenings} />
      {isApplying ? (
        <ApplyDialog
          policy={policy}
          base={base}
          onBase={setBase}
          text={text}
          weakenings={weakenings}
          onClose={() => setApplying(false)}
          onResult={(told) => {
            setApplying(false);
            discardDraft(localStorage, base);
            setDraftAt(null);
            setWritten(null);
            setResult(told);
            scrollTo({ top: 0 });
          }}
        />
      ) : null}
    </>
  );
}
