/**
 * Blocks as a condition of a statement. Ids are numbers of our own, so they may stand in its text.
 */

/** Blocks mostly have consecutive numbers: a few ranges instead of a long list. */
export function blocksSql(blocks: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const block of blocks.toSorted((left, right) => left - right)) {
    const range = ranges.at(-1);
    if (range !== undefined && block === range.last + 1) range.last = block;
    else ranges.push({ first: block, last: block });
  }
  return ranges.length === 0 ? '(0)' : `(${ranges.map(({ first, last }) => (first === last ? `block = ${first}` : `block BETWEEN ${first} AND ${last}`)).join(' OR ')})`;
}
