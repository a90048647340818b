/** The proof behind the seal, beside the trace: what it stands on, what it proves and what not, and how to check it without this server. */
import { Download, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { fingerprint } from '#seal/fingerprint.ts';
import { readRemembered } from '#seal/remembered.ts';
import type { Seal } from '#seal/use-seal.ts';
import { type ProofFacts, type Verdict, wordsOf } from '#seal/verdict.ts';
import { bytes, count, duration, instant, plural } from '#time/format.ts';
import { IconButton } from '#ui/button.tsx';
import { CopyButton, Snippet } from '#ui/copy.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { TimeText } from '#ui/time-text.tsx';
import styles from './proof-panel.module.css';

export interface ProofPanelProps {
  readonly traceId: string;
  readonly seal: Seal;
  readonly onClose: () => void;
  /** Opens a span of the outline. */
  readonly onOpen: (span: number) => void;
  readonly nameOf: (span: number) => string;
}

export function ProofPanel({ traceId, seal: { verdict }, onClose, onOpen, nameOf }: ProofPanelProps): ReactNode {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (place.current !== null && place.current.getBoundingClientRect().top > innerHeight * 0.7) place.current.parentElement?.scrollIntoView({ block: 'start' });
  }, []);
  const { title, sentence } = wordsOf(verdict);
  const facts = verdict?.state === 'verified' || verdict?.state === 'broken' ? verdict.facts : null;
  return (
    <section ref={place} className={styles['panel']} aria-label="The proof behind the seal" data-state={verdict?.state}>
      <header className={styles['header']}>
        <div>
          <h2>{title}</h2>
          <p>{sentence}</p>
        </div>
        <IconButton label="Close the proof" keys="esc" onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className={styles['body']} tabIndex={0} role="region" aria-label="What the proof says">
        {verdict === null ? <SkeletonRows rows={6} height="22px" label="The proof is being checked" /> : null}
        {verdict?.state === 'broken' ? <Wrong verdict={verdict} onOpen={onOpen} nameOf={nameOf} /> : null}
        {facts === null ? null : <Facts facts={facts} isFirst={verdict?.state === 'verified' && verdict.isFirst} />}
        <Meaning verdict={verdict} />
        <section>
          <h3>Check it without this server</h3>
          <p className={styles['quiet']}>On the machine of the server, then wherever the file is carried, with a key that you did not get from this page:</p>
          <Snippet label="commands" text={`tracekeep evidence export ${traceId} -o evidence.json\ntracekeep evidence verify evidence.json \\\n  --key '${facts?.key ?? 'VKEY'}'`} />
          {verdict?.state === 'broken' && !verdict.hasEvidence ? null : <a className={styles['download']} href={`/api/v1/traces/${traceId}/evidence`} download={`evidence-${traceId}.json`}>
            <Download aria-hidden size={15} />
            Download the evidence
          </a>}
        </section>
      </div>
    </section>
  );
}

function Wrong({ verdict: { detail, differences, why }, onOpen, nameOf }: { readonly verdict: Extract<Verdict, { state: 'broken' }>; readonly onOpen: (span: number) => void; readonly nameOf: (span: number) => string }): ReactNode {
  const SHOWN = 20;
  return (
    <section aria-label="What is wrong" className={styles['wrong']}>
      <h3>What is wrong</h3>
      {detail === '' ? null : <p><code>{detail}</code></p>}
      {differences.length === 0 ? null : (
        <ul>
          {differences.slice(0, SHOWN).map(({ span, spanId, fields }, at) => (
            <li key={at}>
              {span === -1 ? (
                <>
                  <code>{spanId}</code> {why === 'proof' ? 'is not what the log holds' : 'is proved and not drawn'}
                </>
              ) : (
                <>
                  <button type="button" className={styles['way']} onClick={() => onOpen(span)}>
                    {nameOf(span)}
                  </button>
                  {why === 'proof' ? ' is not what the log holds' : fields.length === 0 ? ' is drawn and not proved' : `: ${fields.join(', ')} ${fields.length === 1 ? 'differs' : 'differ'}`}
                </>
              )}
            </li>
          ))}
          {differences.length > SHOWN ? <li>and {count(differences.length - SHOWN)} more</li> : null}
        </ul>
      )}
    </section>
  );
}

function Facts({ facts, isFirst }: { readonly facts: ProofFacts; readonly isFirst: boolean }): ReactNode {
  const { checkpoint, blocks, signatures, origin } = facts;
  const witnesses = signatures.filter(({ name }) => name !== origin);
  const others = signatures.filter(({ name, verified }) => name === origin && !verified);
  const signed_s = others.find(({ time_s }) => time_s !== null)?.time_s ?? null;
  const seen = readRemembered(localStorage);
  const SHOWN = 12;
  return (
    <>
      <section>
        <h3>Log</h3>
        <dl className={styles['facts']}>
          <Fact name="Origin"><code>{origin}</code></Fact>
          <Fact name="Key"><code>{fingerprint(facts.key)}</code> <CopyButton text={facts.key} label="Copy the verifier key" /></Fact>
          <Fact name="Known since">{isFirst ? 'now: this is the first visit of this browser' : seen === null || seen === 'unreadable' ? '' : <TimeText unix_ms={seen.since_ms} />}</Fact>
        </dl>
      </section>
      <section>
        <h3>Checkpoint</h3>
        <dl className={styles['facts']}>
          <Fact name="Size">{plural(checkpoint.size, 'entry', 'entries')} <CopyButton text={checkpoint.text} label="Copy the checkpoint" /></Fact>
          {signed_s === null ? null : <Fact name="Time"><TimeText unix_ms={signed_s * 1_000} />, as the log says</Fact>}
          <Fact name="Root"><code>{checkpoint.root}</code></Fact>
          <Fact name="Signed">by the log with Ed25519, verified here{others.length === 0 ? '' : '; with ML-DSA-44 too, which no browser verifies yet: the command below does'}</Fact>
          <Fact name="Witnesses">
            {witnesses.length === 0 ? (
              'none cosigned it'
            ) : (
              <>
                <ul>
                  {witnesses.map(({ name, time_s, verified }, at) => (
                    <li key={at}>{name}{time_s === null ? '' : `, ${instant(time_s * 1_000)}`}{verified ? '' : '; with ML-DSA-44, not checked here'}</li>
                  ))}
                </ul>
                <span className={styles['quiet']}>checked with keys that this server names and this browser does not know. Get them from the witnesses, and say --witness below.</span>
              </>
            )}
          </Fact>
        </dl>
      </section>
      <section>
        <h3>{plural(blocks.length, 'block')}</h3>
        <table className={styles['blocks']} aria-label="Blocks that hold the trace">
          <thead>
            <tr>
              <th scope="col">Entry</th>
              <th scope="col">Logged</th>
              <th scope="col">Spans</th>
              <th scope="col">Path</th>
            </tr>
          </thead>
          <tbody>
            {blocks.slice(0, SHOWN).map(({ index, time_ms, rows, spans, pathLength }) => (
              <tr key={index}>
                <td>{count(index)}</td>
                <td><TimeText unix_ms={time_ms} /></td>
                <td>{count(spans)} of {count(rows)}</td>
                <td>{plural(pathLength, 'hash', 'hashes')}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {blocks.length > SHOWN ? <p className={styles['quiet']}>and {count(blocks.length - SHOWN)} more blocks, all verified</p> : null}
        <p className={styles['quiet']}>{bytes(facts.bytes)} of evidence, verified in {duration(facts.took_ms * 1e6)}.</p>
      </section>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Meaning({ verdict }: { readonly verdict: Verdict | null }): ReactNode {
  if (verdict?.state !== 'verified') return null;
  return (
    <section>
      <h3>What this proves, and what not</h3>
      <ul className={styles['meaning']}>
        <li>Every span drawn here is, field by field, one that the server committed to its log before it acknowledged it, and nothing of it was changed since.</li>
        <li>{verdict.isFirst ? 'From now on this browser notices if the log is shortened, rewritten or signed with another key.' : 'The log still holds everything that this browser saw of it before, and is signed with the same key.'}</li>
        <li className={styles['not']}>Not that the services told the truth when they sent it, nor that nothing was refused before it was stored.</li>
        <li className={styles['not']}>Not independent of this server: it delivers the code that verifies. Witnesses and the command below are.</li>
      </ul>
    </section>
  );
}
