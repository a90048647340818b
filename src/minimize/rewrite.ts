/**
 * Writes a text anew with its marks acted upon: `[email]` where an address stood, the rest as it was. Scanning the result
 * again finds nothing, because recognizers know what is left here and leave it alone.
 */
import { type Action, ACTION_NAMES, actionName } from '#policy';
import { withoutKept } from '#scanner/overlaps';
import { KINDS, type Kind, type Mark } from '#scanner/recognizer';
import type { Fate } from './output.ts';

export interface Rewritten {
  readonly text: string;
  /** What was changed or dropped; what was kept is not counted. */
  readonly counts: readonly { readonly kind: Kind; readonly count: number }[];
  /** Dropped if one of the parts is. */
  readonly fate: Fate;
}

/** How parts are acted upon. */
export interface PartActions {
  decide(kind: Kind): Action;
  /** What stands instead of this part of `text` under an action that leaves something. */
  instead(action: Action, mark: Mark, text: string): string;
}

/** `marks` are sorted and do not overlap, as the scanner gives them. */
export function rewrite(text: string, marks: readonly Mark[], actions: PartActions): Rewritten {
  const counts = new Map<Kind, number>();
  const decide = (kind: Kind): Action => actions.decide(kind);
  const isKept = (kind: Kind): boolean => actions.decide(kind) === 'keep';
  let fate: Fate = 'stored';
  let written = '';
  let at = 0;
  for (const mark of marks) {
    // INVARIANT: an overlap would write a marked range out twice, or leave a part of it.
    if (mark.start < at || mark.end < mark.start || mark.end > text.length) throw new Error('cannot rewrite a text: its marks overlap or lie outside');
    // What is kept of a mark is what no other kind in it wants gone.
    for (const left of withoutKept(mark, isKept) ?? [mark]) {
      const action = strongest(left, decide);
      const before = text.slice(left.start, left.end);
      const after = action === 'drop' || action === 'drop-span' ? '' : actions.instead(action, left, text);
      written += text.slice(at, left.start) + after;
      at = left.end;
      if (action === 'drop-span') fate = 'span-dropped';
      else if (action === 'drop' && fate === 'stored') fate = 'dropped';
      if (after !== before) counts.set(left.kind, (counts.get(left.kind) ?? 0) + 1);
    }
  }
  return { text: written + text.slice(at), counts: [...counts].map(([kind, count]) => ({ kind, count })), fate };
}

/**
 * Of a mark over parts of several kinds, what leaves least of any of them. The digits of a card may read as a phone number or a national id
 * too: that is the same thing under another name, and what the policy says about cards decides.
 */
function strongest(mark: Mark, decide: (kind: Kind) => Action): Action {
  let action = decide(mark.kind);
  for (const { kind, start, end } of mark.parts ?? []) {
    if (mark.kind === 'card' && (kind === 'phone' || kind === 'national-id') && start === mark.start && end === mark.end) continue;
    const other = decide(kind);
    if (strengthOf(other) > strengthOf(action)) action = other;
  }
  return action;
}

function strengthOf(action: Action): number {
  return ACTION_NAMES.indexOf(actionName(action));
}

/**
 * The same where every mark is replaced by what its recognizer put in its stead. Written as UTF-8 at once, without strings in between; null if the
 * text is not ASCII, or too long for that.
 */
export function replacedAscii(text: string, marks: readonly Mark[]): { readonly bytes: Uint8Array; readonly counts: Rewritten['counts'] } | null {
  let length = text.length;
  let at = 0;
  for (const { kind, start, end, instead } of marks) {
    if (start < at || end < start || end > text.length) throw new Error('cannot rewrite a text: its marks overlap or lie outside');
    length += (instead ?? placeholderOf(kind)).length - (end - start);
    at = end;
  }
  if (length > WRITTEN_MAX) return null;
  if (CHUNK_BYTES - used < length) {
    chunk = new Uint8Array(CHUNK_BYTES);
    used = 0;
  }
  const counts: { kind: Kind; count: number }[] = [];
  let all = 0;
  let to = used;
  at = 0;
  for (const { kind, start, end, instead } of marks) {
    const replacement = instead ?? placeholderOf(kind);
    all |= written(text, at, start, to) | written(replacement, 0, replacement.length, to + start - at);
    to += start - at + replacement.length;
    at = end;
    const counted = counts.find((one) => one.kind === kind);
    if (counted === undefined) counts.push({ kind, count: 1 });
    else counted.count++;
  }
  all |= written(text, at, text.length, to);
  if (all > 0x7f) return null;
  const bytes = chunk.subarray(used, used + length);
  used += length;
  return { bytes, counts };
}

/** Kinds that a policy brings along have theirs made anew. */
const PLACEHOLDERS = Object.fromEntries(KINDS.map((kind) => [kind, `[${kind}]`])) as Readonly<Record<string, string>>;
function placeholderOf(kind: Kind): string {
  return PLACEHOLDERS[kind] ?? `[${kind}]`;
}
const WRITTEN_MAX = 4_096;
/** Outputs are written one behind the other; a chunk lives as long as one of them. */
const CHUNK_BYTES = 65_536;
let chunk = new Uint8Array(CHUNK_BYTES);
let used = 0;

/** Writes a range to the chunk and returns the union of its code units. */
function written(text: string, start: number, end: number, to: number): number {
  let all = 0;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    all |= unit;
    chunk[to++] = unit;
  }
  return all;
}
