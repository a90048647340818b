/** The tenant's own policies: read by those who may, edited as text by administrators, with the server's problems in place. */
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { type AccessInForce, checkAccess } from '#api/access.ts';
import { useMay } from '#api/session.ts';
import { cedarLanguage } from '#editor/cedar-language.ts';
import { sentence } from '#editor/problem-place.ts';
import { type EditorHandle, TextEditor } from '#editor/text-editor.tsx';
import type { Problem } from '#policy/read';
import { plural } from '#time/format.ts';
import { Button } from '#ui/button.tsx';
import { Snippet } from '#ui/copy.tsx';
import { Panel } from '#ui/panel.tsx';
import styles from './access.module.css';
import { ApplyDialog } from './apply-dialog.tsx';

const EXAMPLE = `// Payments in production is for its team.
@id("payments")
forbid (principal, action in Action::"telemetry", resource in Service::"payments")
when { resource.environment == "production" }
unless { principal in Group::"payments" };
`;

export function OwnPolicies({ access, onDraft }: { readonly access: AccessInForce; readonly onDraft: (text: string | null) => void }): ReactNode {
  const may = useMay('access.write');
  const note = access.version === 0 ? 'none: the default roles decide alone' : `version ${access.version}, ${plural(access.policies, 'policy', 'policies')}`;
  if (may) return <Panel title="Own policies" note={note} flush><Bench access={access} onDraft={onDraft} /></Panel>;
  return (
    <Panel title="Own policies" note={note}>
      {access.text === '' ? <p>There are none. Administrators add them.</p> : <Snippet text={access.text} label="own policies" />}
    </Panel>
  );
}

function Bench({ access, onDraft }: { readonly access: AccessInForce; readonly onDraft: (text: string | null) => void }): ReactNode {
  const [text, setText] = useState(access.text);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [base, setBase] = useState(access.version);
  const [isApplying, setApplying] = useState(false);
  const handle = useRef<EditorHandle>(null);
  const change = (now: string): void => {
    setText(now);
    onDraft(now === access.text ? null : now);
  };
  const check = useCallback(async (now: string): Promise<readonly Problem[] | null> => {
    const found = await checkAccess(now).catch(() => null);
    if (found !== null) setProblems(found);
    return found;
  }, []);
  const wrong = problems.some(({ severity }) => severity === 'error');
  return (
    <div className={styles['bench']}>
      <div className={styles['bar']}>
        {text === '' ? <Button size="small" onPress={() => handle.current?.replace(EXAMPLE)}>Begin with an example</Button> : null}
        <Button size="small" isDisabled={text === access.text} onPress={() => handle.current?.replace(access.text)}>Back to what is in force</Button>
        <div className={styles['ends']}><Button look="primary" isDisabled={wrong || text === access.text} onPress={() => setApplying(true)}>Apply…</Button></div>
      </div>
      <div className={styles['text']}>
        <TextEditor label="Own policies as Cedar. Escape, then Tab leaves the editor." text={access.text} language={() => cedarLanguage(check)} onChange={change} onTry={() => undefined} onApply={() => setApplying(!wrong && text !== access.text)} handle={handle} />
      </div>
      <section aria-label="Problems" className={styles['problems']}>
        <p role="status">{problems.length === 0 ? 'No problems.' : plural(problems.length, 'problem')}</p>
        <ol>
          {problems.map((problem, at) => (
            <li key={at}>
              <button type="button" className={styles['problem']} data-severity={problem.severity} onClick={() => handle.current?.show(problem)}>
                {problem.severity}, line {problem.line}: {sentence(problem.message)} {problem.remedy}
              </button>
            </li>
          ))}
        </ol>
      </section>
      {isApplying ? (
        <ApplyDialog
          access={access}
          base={base}
          text={text}
          onClose={() => setApplying(false)}
          onApplied={(version) => {
            setApplying(false);
            setBase(version);
            onDraft(null);
          }}
        />
      ) : null}
    </div>
  );
}
