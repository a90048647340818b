/** What this browser says about a trace, and in which words: one sentence, and what to do where something is wrong. */
import { count, plural } from '#time/format.ts';
import type { Alarm } from './follow.ts';
import type { Remembered } from './remembered.ts';
import type { Difference } from './shown.ts';

/** What the proof stands on, for the panel behind the seal. */
export interface ProofFacts {
  readonly origin: string;
  /** The verifier key, as a line. */
  readonly key: string;
  readonly checkpoint: { readonly size: number; readonly root: string; readonly text: string };
  /** Lines of the checkpoint. Verified are those with Ed25519: of the log by the key that this browser knows, of others by the one that the evidence names. No browser has ML-DSA-44. */
  readonly signatures: readonly { readonly name: string; readonly time_s: number | null; readonly verified: boolean }[];
  readonly blocks: readonly { readonly index: number; readonly time_ms: number; readonly rows: number; readonly spans: number; readonly pathLength: number }[];
  readonly spans: number;
  readonly bytes: number;
  readonly took_ms: number;
}

export type BrokenWhy = Alarm | 'proof' | 'mismatch' | 'unlogged' | 'shown' | 'opened';

export type Verdict =
  | {
      readonly state: 'verified';
      readonly facts: ProofFacts;
      /** What every span says, for `isProved`. */
      readonly contents: Uint8Array<ArrayBuffer>;
      readonly remember: Remembered;
      readonly isFirst: boolean;
      /** Spans that are drawn as outlines because policy hides them. */
      readonly hidden: number;
      /** Places of spans that cannot be proved to whoever looks: their proof has a value open that is hidden. */
      readonly unproved: readonly number[];
      /** Keys of which values are left out of the evidence. */
      readonly omitted: readonly string[];
      /** Values that stand open and are what was sealed. */
      readonly opened: number;
    }
  /** Spans came since the page asked for its picture. */
  | { readonly state: 'stale' }
  /** Stored and acknowledged, and newer than the newest checkpoint. */
  | { readonly state: 'waiting' }
  | {
      readonly state: 'broken';
      readonly why: BrokenWhy;
      /** What exactly failed, in the words of the verifier. */
      readonly detail: string;
      readonly differences: readonly Difference[];
      readonly now: { readonly key: string | null; readonly size: number | null };
      /** There is a document to keep; false where the server itself says that there can be none. */
      readonly hasEvidence: boolean;
      readonly facts: ProofFacts | null;
    }
  | { readonly state: 'unchecked'; readonly title?: string; readonly says: string; readonly advice: string };

export interface Words {
  readonly title: string;
  readonly sentence: string;
  readonly advice: string;
}

const KEEP = 'Keep what you see: note the time and the id of the trace, and tell whoever is responsible for this server.';

/** What to say of each alarm, on the trace and on the page of the log. */
export const BROKEN: Readonly<Record<BrokenWhy, Words>> = {
  proof: {
    title: 'This trace was changed after it was stored',
    sentence: 'What the server stores of it is not what it committed to its log.',
    advice: `Do not rely on it. ${KEEP} “tracekeep verify” on the server names the block and the row.`,
  },
  mismatch: {
    title: 'What is stored is not what was logged',
    sentence: 'In the database something was changed of this trace, or of spans that were stored right beside it, within the same 256 rows. Nothing of them can be proved any more.',
    advice: `Do not rely on it. ${KEEP} “tracekeep verify” on the server names the block and the rows.`,
  },
  unlogged: {
    title: 'Some of these spans are not in the log',
    sentence: 'They lie in the database, and the log does not say that this server stored them. What was stored before this server kept a log looks like this too.',
    advice: `If this server always kept a log, somebody added them: do not rely on them. ${KEEP} “tracekeep verify” on the server says which they are.`,
  },
  shown: {
    title: 'The server shows something else than it proves',
    sentence: 'The proofs hold, and what is drawn below differs from the spans that they prove.',
    advice: `Do not rely on what is drawn. ${KEEP}`,
  },
  opened: {
    title: 'These are not the values that were sealed',
    sentence: 'What the server opened is something else than what it sealed when the trace was stored, by its own log.',
    advice: `Do not rely on what stands open. ${KEEP}`,
  },
  'key-changed': {
    title: 'The log is signed with another key',
    sentence: 'This browser knows this server’s log by a key, and the newest checkpoint is not signed with it.',
    advice: 'Ask whoever runs this server, on another way than this page, whether the key was changed and what the new one is. Until then nothing that it shows is proved.',
  },
  unsigned: {
    title: 'The checkpoint is not signed by this log',
    sentence: 'The signature does not hold, or the checkpoint is not one of this log.',
    advice: `Nothing that this server shows now is proved. ${KEEP}`,
  },
  'rolled-back': {
    title: 'The log became shorter',
    sentence: 'This browser saw more entries than the server now says there are. An honest log only grows: something was taken out, or an older copy was put back.',
    advice: `Entries that were there are missing. ${KEEP}`,
  },
  forked: {
    title: 'The log has another past',
    sentence: 'The server cannot prove that its log goes on from the checkpoint that this browser saw before. Both are signed with the same key.',
    advice: `The history was rewritten, or different people are shown different logs. ${KEEP}`,
  },
  memory: {
    title: 'What this browser remembered was changed',
    sentence: 'The note that this browser keeps about the log does not read. Something other than this console wrote to it.',
    advice: 'Whether the log goes on from what was seen here cannot be said any more. Check with a checkpoint that somebody else kept, then begin anew.',
  },
};

export function wordsOf(verdict: Verdict | null): Words {
  if (verdict === null) return { title: 'Checking…', sentence: 'This browser asks for the proof and verifies it.', advice: '' };
  switch (verdict.state) {
    case 'verified': {
      const { facts, isFirst } = verdict;
      const blocks = plural(facts.blocks.length, 'block');
      const since = isFirst ? 'the first checkpoint that this browser sees of the log' : 'a log that goes on from what this browser saw before';
      const [hidden, unproved] = [verdict.hidden, verdict.unproved.length];
      const all = hidden + unproved > 0 ? `${plural(facts.spans, 'span')} ${facts.spans === 1 ? 'is' : 'are'}` : facts.spans === 1 ? 'Its span is' : `All ${count(facts.spans)} spans are`;
      const sentences = [
        `${all} in ${blocks} of ${since}.`,
        ...(unproved === 0 ? [] : [`${plural(unproved, 'span')} cannot be proved to you: a value in ${unproved === 1 ? 'it' : 'them'} was restricted after ${unproved === 1 ? 'it was' : 'they were'} stored, and the proof has it open.`]),
        ...(hidden === 0 ? [] : [`${plural(hidden, 'span')} ${hidden === 1 ? 'is' : 'are'} hidden from you by policy.`]),
        ...(verdict.omitted.length === 0 ? [] : [`Values of ${verdict.omitted.length === 1 ? (verdict.omitted[0] ?? '') : `${count(verdict.omitted.length)} keys`} are hidden from you, and the proof holds without them.`]),
      ];
      return { title: unproved > 0 ? 'Not all of it can be proved to you' : 'Verified by this browser', sentence: sentences.join(' '), advice: '' };
    }
    case 'stale':
      return { title: 'Checking…', sentence: 'Spans came while this browser verified: it asks again.', advice: '' };
    case 'waiting':
      return { title: 'Not yet', sentence: 'Its newest spans are stored and not covered by a checkpoint yet: the next one comes within a second or two.', advice: '' };
    case 'broken':
      return BROKEN[verdict.why];
    case 'unchecked':
      return { title: verdict.title ?? 'Could not check', sentence: verdict.says, advice: verdict.advice };
  }
}
