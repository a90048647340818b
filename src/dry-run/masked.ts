/**
 * What a value looks like, without the value: letters become a, digits 9, and of everything else only single signs stay that give a text its
 * shape. What a policy writes in brackets stays readable, for it never comes from the sender.
 */

const LENGTH_MAX = 24;
/** Signs that addresses, times, paths and statements are made of. */
const SIGNS = new Set('@.:/-_=?&,;+*()"\' ');
const PLACEHOLDER = /^\[([a-z][a-z0-9-]{0,63})(?::[a-z2-7]{1,32})?\]/;
const CUT = '…';

/** Names that a policy writes in brackets. */
export type Written = ReadonlySet<string>;

/** At most 24 characters; `part` stands in brackets, and what is around it gives way first. `written`: placeholders that the text may have. */
export function masked(text: string, part: { readonly start: number; readonly end: number } | null = null, written: Written | null = null): string {
  if (part === null) return shortened(shapeOf(text.slice(0, LENGTH_MAX * 8), written), LENGTH_MAX);
  const inner = shortened(shapeOf(text.slice(part.start, Math.min(part.end, part.start + LENGTH_MAX * 2)), null), LENGTH_MAX - 6);
  const room = LENGTH_MAX - 2 - inner.length;
  const behind = shapeOf(text.slice(part.end, part.end + room), null);
  const before = shapeOf(text.slice(Math.max(0, part.start - room), part.start), null);
  const ofBefore = Math.min(before.length, Math.max(Math.ceil(room / 2), room - behind.length));
  return `${ofBefore === 0 ? '' : before.slice(-ofBefore)}[${inner}]${behind.slice(0, room - ofBefore)}`;
}

function shapeOf(text: string, written: Written | null): string {
  let shape = '';
  let signs = 0;
  for (let at = 0; at < text.length; ) {
    const placeholder = written === null || text[at] !== '[' ? null : PLACEHOLDER.exec(text.slice(at, at + 100));
    if (placeholder !== null && written?.has(placeholder[1]!) === true) {
      shape += placeholder[0].includes(':') ? `[${placeholder[1]!}:${CUT}]` : placeholder[0];
      at += placeholder[0].length;
      signs = 0;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at)!);
    at += character.length;
    if (/\p{L}/u.test(character)) shape += 'a';
    else if (/\p{N}/u.test(character)) shape += '9';
    else {
      // Of signs in a row the first alone, and a space beside it: a secret may be made of nothing else.
      shape += SIGNS.has(character) && (signs === 0 || (signs === 1 && (character === ' ') !== shape.endsWith(' '))) ? character : '·';
      signs++;
      continue;
    }
    signs = 0;
  }
  return shape;
}

function shortened(shape: string, max: number): string {
  return shape.length <= max ? shape : `${shape.slice(0, max - 1)}${CUT}`;
}
