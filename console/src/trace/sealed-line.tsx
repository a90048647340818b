/** What of the trace is sealed, and what can be done about it: opening it, waiting for a second person, what stands open and until when; or who may, for those who may not. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Hourglass, LockKeyhole, LockKeyholeOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Approval, approvalsQuery } from '#api/approvals.ts';
import { rolesText } from '#api/roles.ts';
import { type SessionView, useSession } from '#api/session.ts';
import { SEALED } from '#outline/minimized-words.ts';
import type { Outline } from '#outline/outline.ts';
import { plural } from '#time/format.ts';
import { RuleLink } from '#ui/acting-rule.tsx';
import { Button } from '#ui/button.tsx';
import { Countdown } from '#ui/countdown.tsx';
import { State } from '#ui/state.tsx';
import { DayText } from '#ui/time-text.tsx';
import styles from './reveal.module.css';
import type { Opened, Opening } from './use-opening.ts';

export interface SealedLineProps {
  readonly outline: Outline;
  readonly opening: Opening;
  /** The list of what stands open is shown. */
  readonly isListed: boolean;
  readonly onList: (isListed: boolean) => void;
  readonly onReveal: () => void;
  readonly onUse: (approval: Approval) => void;
}

/** More are told by their number. */
const FIELDS_MAX = 4;

/** What was asked for was erased, or is not what was sealed. */
export const NOTHING_OPENED = 'Nothing could be opened';

/** The page of the policy has the others. */
const RULES_MAX = 3;

/** Fields of a trace that hold sealed values. */
export function sealedFields({ minimizedKinds }: Outline): readonly string[] {
  return minimizedKinds.find(({ kind }) => kind === SEALED)?.fields ?? [];
}

function namesOf(fields: readonly string[]): string {
  return `${fields.slice(0, FIELDS_MAX).join(', ')}${fields.length > FIELDS_MAX ? ` and ${fields.length - FIELDS_MAX} more` : ''}`;
}

export function SealedLine({ outline, opening: { opened, closed, close }, isListed, onList, onReveal, onUse }: SealedLineProps): ReactNode {
  const session = useSession();
  const may = session?.mayDo.includes('field.reveal') ?? false;
  const { data } = useQuery({ ...approvalsQuery, enabled: may });
  const sealed = outline.minimizedKinds.find(({ kind }) => kind === SEALED);
  if (sealed === undefined) return null;
  const { fields = [], rules } = sealed;
  const own = data?.filter(({ mine, kind, trace }) => mine && kind === 'reveal' && trace === outline.traceId) ?? [];
  const asked = own.find(({ state }) => state === 'approved') ?? own.find(({ state }) => state === 'waiting') ?? declinedLast(own);
  const Answer = opened?.values.length === 0 ? NothingOpened : OpenNow;
  const by = [...new Set(rules.flatMap(({ rule }) => (rule === null ? [] : [rule])))].slice(0, RULES_MAX);
  return (
    <section aria-label="Sealed values" className={styles['line']} data-open={opened !== null || undefined}>
      {opened === null ? (
        <>
          <State state="restricted">
            {plural(sealed.count, 'value')} sealed{fields.length === 0 ? '' : `: ${namesOf(fields)}`}
          </State>
          {by.length === 0 ? null : <span className={styles['by']}>by {by.map((rule) => <RuleLink key={rule} rule={rule} />)}</span>}
          {!may ? (
            <WhoMay session={session} />
          ) : (
            <>
              <Button size="small" onPress={onReveal}>
                <LockKeyhole aria-hidden />
                Reveal…
              </Button>
              {asked === null ? null : <Asked approval={asked} onUse={() => onUse(asked)} />}
            </>
          )}
        </>
      ) : (
        <Answer opened={opened} isListed={isListed} onList={onList} onClose={close} />
      )}
      {/* One place, so that it is read aloud when it changes; what stands open is seen as well. */}
      <span role="status" className={opened === null ? styles['quiet'] : 'visually-hidden'}>
        {opened !== null ? (opened.values.length === 0 ? NOTHING_OPENED : `${plural(opened.values.length, 'value')} open for some minutes`) : closed === null ? '' : `Closed again${closed === 'over' ? ': the time was over' : ''}. The record of it stays.`}
      </span>
    </section>
  );
}

interface OpenNowProps extends Pick<SealedLineProps, 'isListed' | 'onList'> {
  readonly opened: Opened;
  readonly onClose: () => void;
}

function OpenNow({ opened: { note, values, closesAt_ms }, isListed, onList, onClose }: OpenNowProps): ReactNode {
  return (
    <>
      <span className={styles['opened']}>
        <LockKeyholeOpen aria-hidden size={14} />
        <b>{plural(values.length, 'value')} open</b>
      </span>
      <span className={styles['of']}>{note.fields.length === 0 ? '' : `of ${namesOf(note.fields)}, `}recorded as <code>{note.id}</code></span>
      <span>closes in <Countdown until_ms={closesAt_ms} /></span>
      <Button size="small" onPress={() => onList(!isListed)} aria-expanded={isListed}>
        {isListed ? 'Hide the list' : 'List them'}
      </Button>
      <Button size="small" onPress={onClose}>
        Close now
      </Button>
    </>
  );
}

/** There is nothing to be closed again: only to be told why. */
function NothingOpened({ opened: { note }, isListed, onList, onClose }: OpenNowProps): ReactNode {
  return (
    <>
      <span className={styles['opened']}>
        <LockKeyhole aria-hidden size={14} />
        <b>{NOTHING_OPENED}</b>
      </span>
      <span>recorded as <code>{note.id}</code></span>
      <Button size="small" onPress={() => onList(!isListed)} aria-expanded={isListed}>
        {isListed ? 'Hide why' : 'Show why'}
      </Button>
      <Button size="small" onPress={onClose}>
        Dismiss
      </Button>
    </>
  );
}

/** The last that was asked for, where somebody else declined it: until it is asked anew. */
function declinedLast(own: readonly Approval[]): Approval | null {
  const last = own.toSorted((one, other) => Date.parse(other.made) - Date.parse(one.made))[0];
  return last?.state === 'declined' && last.decidedBy?.id !== last.by.id ? last : null;
}

function Asked({ approval: { state, decidedBy, until, fields }, onUse }: { readonly approval: Approval; readonly onUse: () => void }): ReactNode {
  if (state === 'approved') {
    return (
      <>
        <span>
          {decidedBy?.name ?? 'Somebody'} approved {namesOf(fields)}, once, until <DayText unix_ms={Date.parse(until)} />.
        </span>
        <Button size="small" look="primary" onPress={onUse}>
          <LockKeyholeOpen aria-hidden />
          Open now
        </Button>
      </>
    );
  }
  if (state === 'declined') return <span className={styles['quiet']}>{decidedBy?.name ?? 'Somebody'} declined that you open {namesOf(fields)}.</span>;
  return (
    <span className={styles['waiting']}>
      <Hourglass aria-hidden size={13} />
      <span>
        {namesOf(fields)} waits for a second person, until <DayText unix_ms={Date.parse(until)} />. <Link to="/approvals">See the request</Link>
      </span>
    </span>
  );
}

/** For those who may not: who may, and why not they. */
function WhoMay({ session }: { readonly session: SessionView | null }): ReactNode {
  if (session === null) return null;
  const { account, mayDo } = session;
  const isAdmin = account.roles.includes('admin');
  return (
    <span className={styles['quiet']}>
      {isAdmin
        ? 'Investigators may open them, administrators never: whoever hands out roles is not the one who opens.'
        : `Investigators may open them, for a reason that the log keeps. You are here ${account.roles.length === 0 ? 'without a role' : `as ${rolesText(account.roles).toLowerCase()}`}.`}
      {!isAdmin && mayDo.includes('glass.break') ? (
        <>
          {' '}
          If it cannot wait, see <Link to="/access">Access</Link>.
        </>
      ) : null}
    </span>
  );
}
