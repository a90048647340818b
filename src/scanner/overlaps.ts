/**
 * Makes the marks of many recognizers one list: sorted, without overlap.
 *
 * Marks that overlap become one mark over all of them, so that no part of either is left standing. Its kind is the gravest
 * among them: what a policy does about credentials must not be undone by what it does about literals. What stands instead
 * is that of the mark that covers the whole, if one does; else `[kind]`. What was joined stays known as its `parts`: a policy
 * that keeps one kind must not keep another with it.
 */
import type { BuiltInKind, Kind, Mark } from './recognizer.ts';

/** Gravest first. */
const GRAVITY: readonly BuiltInKind[] = ['private-key', 'jwt', 'credential', 'password', 'authorization', 'session-id', 'cookie', 'literal', 'card', 'iban', 'national-id', 'parameter', 'email', 'phone', 'birth-date', 'postal-address', 'person-name', 'coordinates', 'ip'];
const RANK: ReadonlyMap<string, number> = new Map(GRAVITY.map((kind, index) => [kind, index]));
/** Kinds that a policy brings along are numbers of people, by and large. */
const RANK_OF_OWN = RANK.get('national-id')!;

/** Sorts and joins `marks` of `text`; drops those that would change nothing or lie inside what was replaced before. `networksStay`: so do addresses of networks. */
export function joined(text: string, marks: readonly Mark[], networksStay = true): readonly Mark[] | null {
  const kept = text.includes('[') ? placeholdersOf(text) : [];
  if (kept.length === 0 && marks.length === 1) return changesNothing(text, marks[0]!, networksStay) ? null : marks;
  const whole = kept.length === 0 ? marks : marks.flatMap((mark) => aroundPlaceholders(text, mark, kept));
  return joinedInOrder(whole.filter((mark) => !changesNothing(text, mark, networksStay)));
}

/** What is left to do about a mark whose kinds are partly kept: marks over the other kinds' parts. Null = nothing is kept. */
export function withoutKept(mark: Mark, isKept: (kind: Kind) => boolean): readonly Mark[] | null {
  if (mark.parts === undefined) return isKept(mark.kind) ? [] : null;
  const left = mark.parts.filter(({ kind }) => !isKept(kind));
  return left.length === mark.parts.length ? null : (joinedInOrder(left) ?? []);
}

function joinedInOrder(marks: Mark[]): readonly Mark[] | null {
  const result: Mark[] = [];
  let parts: Mark[] | undefined;
  for (const mark of inOrder(marks)) {
    const last = result.at(-1);
    if (last === undefined || mark.start >= last.end) {
      result.push(mark);
      parts = undefined;
      continue;
    }
    if (parts === undefined) parts = [last, mark];
    else parts.push(mark);
    const whole = join(last, mark);
    result[result.length - 1] = last.parts !== undefined || mark.kind !== last.kind ? { ...whole, parts } : whole;
  }
  return result.length === 0 ? null : result;
}

/** Most lists are in order as they come, and a sort makes garbage. */
function inOrder(marks: Mark[]): Mark[] {
  for (let i = 1; i < marks.length; i++) {
    if (compare(marks[i - 1]!, marks[i]!) > 0) return marks.sort(compare);
  }
  return marks;
}

function compare(a: Mark, b: Mark): number {
  return a.start - b.start || b.end - a.end;
}

/** The less, the graver. */
export function gravityOf(kind: Kind): number {
  return RANK.get(kind) ?? RANK_OF_OWN;
}

/** `first` begins no later than `second`. */
function join(first: Mark, second: Mark): Mark {
  const kind = gravityOf(first.kind) <= gravityOf(second.kind) ? first.kind : second.kind;
  if (kind === first.kind && second.end <= first.end && second.instead === undefined) return first;
  if (second.end > first.end) return { kind, start: first.start, end: second.end };
  // The inner mark's replacement would be one of a part; a literal's `?` stands for whatever is inside it.
  if (first.start === second.start && first.end === second.end) {
    const winner = kind === first.kind ? first : second;
    return first.kind === 'literal' || second.kind === 'literal' ? { ...winner, instead: '?' } : winner;
  }
  return first.instead === undefined || (first.kind !== kind && first.kind !== 'literal') ? { kind, start: first.start, end: first.end } : { kind, start: first.start, end: first.end, instead: first.instead };
}


interface Range {
  readonly start: number;
  readonly end: number;
}

const PLACEHOLDER = new RegExp(`\\[(?:${GRAVITY.join('|')})\\]`, 'g');

function placeholdersOf(text: string): readonly Range[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/**
 * A mark that cuts into what was replaced before is widened to hold it whole; one that holds nothing else but signs is dropped.
 * A text that holds a placeholder among secret characters is still marked: a sender may write placeholders too.
 */
function aroundPlaceholders(text: string, mark: Mark, kept: readonly Range[]): readonly Mark[] {
  const first = kept[firstBehind(kept, mark.start)];
  if (first === undefined || first.start >= mark.end) return [mark];
  const last = kept[firstBehind(kept, mark.end - 1)];
  const start = Math.min(mark.start, first.start);
  const end = last === undefined || last.start >= mark.end ? mark.end : Math.max(mark.end, last.end);
  if (!/[\p{L}\p{N}]/u.test(text.slice(start, end).replaceAll(PLACEHOLDER, ''))) return [];
  return [start === mark.start && end === mark.end ? mark : { kind: mark.kind, start, end }];
}

/** Index of the first range that ends behind `at`. */
function firstBehind(ranges: readonly Range[], at: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as Range).end > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The text there already is what would be put there: `[email]`, a shortened address, `?`. */
function changesNothing(text: string, mark: Mark, networksStay: boolean): boolean {
  const length = mark.end - mark.start;
  if (length <= 0) return true;
  // Lengths first: nearly every mark differs in that, and `[kind]` would have to be put together.
  if (length === (mark.instead?.length ?? mark.kind.length + 2) && text.startsWith(mark.instead ?? `[${mark.kind}]`, mark.start)) return networksStay || mark.kind !== 'ip';
  return length <= LONGEST && text.charCodeAt(mark.start) === 0x5b && text.charCodeAt(mark.end - 1) === 0x5d && RANK.has(text.slice(mark.start + 1, mark.end - 1));
}

const LONGEST = Math.max(...GRAVITY.map((kind) => kind.length)) + 2;
