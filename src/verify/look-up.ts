/**
 * The table `traces`, which leads from a trace id to rows, against the rows themselves: for each block a sum over keyed hashes of (trace, row) must come
 * to the same from both sides, and day and class must be those of the block. The table is in no leaf of the log, because it can be made again from the spans; but a row that
 * is missing from it hides a trace.
 */
import { only, type PlacesByBlock } from './blocks.ts';
import { finding, type Finding } from './finding.ts';
import { listsIn } from './questions.ts';
import type { Source } from './source.ts';

export interface LookUpCheck {
  readonly source: Source;
  /** Of blocks whose rows were read. */
  readonly places: PlacesByBlock;
  readonly key: readonly [string, string];
  /** All of the table; else only what belongs to those blocks. */
  readonly full: boolean;
  /** Blocks of which something else was found, or which the log names and whose rows are gone or were not read. */
  readonly isKnown: (block: number) => boolean;
  /** Blocks that came after the snapshot. */
  readonly committedSince: () => Promise<ReadonlySet<number>>;
  readonly pause: () => Promise<void>;
}

type Place = PlacesByBlock extends Map<number, infer One> ? One : never;

const SPANS_OF_A_SLICE = 1_000_000;
const BLOCKS_AT_ONCE = 400;
const WRAP = 2n ** 64n;

export async function checkLookUp({ source, places, key, full, isKnown, committedSince, pause }: LookUpCheck): Promise<Finding[]> {
  const found = new Map<number, { rows: number; sum: bigint; days: Set<unknown>; retentions: Set<unknown> }>();
  const add = (answer: Uint8Array): void => {
    for (const [block, rows, days, retentions, sum] of listsIn(answer)) {
      const one = found.get(Number(block)) ?? { rows: 0, sum: 0n, days: new Set(), retentions: new Set() };
      one.rows += Number(rows);
      one.sum = (one.sum + BigInt(String(sum))) % WRAP;
      for (const day of days as unknown[]) one.days.add(day);
      for (const retention of retentions as unknown[]) one.retentions.add(retention);
      found.set(Number(block), one);
    }
  };
  if (full) {
    const spans = [...places.values()].reduce((sum, { rows }) => sum + rows, 0);
    const of = Math.max(1, Math.ceil(spans / SPANS_OF_A_SLICE));
    for (let slice = 0; slice < of; slice++) {
      add(await source.read({ ask: 'look-up', key, slice, of }));
      await pause();
    }
  } else {
    const blocks = [...places.keys()];
    for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) add(await source.read({ ask: 'look-up', key, slice: 0, of: 1, blocks: blocks.slice(at, at + BLOCKS_AT_ONCE) }));
  }
  const agrees = (block: number, { rows, sum, day, retention }: Place): boolean => {
    const one = found.get(block);
    return one !== undefined && one.rows === rows && String(one.sum) === sum && only([...one.days], day) && only([...one.retentions], retention);
  };
  const wrong = [...places].filter(([block, place]) => !isKnown(block) && !agrees(block, place)).map(([block]) => block);
  const stray = [...found.keys()].filter((block) => !places.has(block) && !isKnown(block));
  if (wrong.length === 0 && stray.length === 0) return [];
  const known = await committedSince();
  return [
    ...wrong.map((block) => finding('look-up', `block ${block}`, `The look-up table has other rows for block ${block} than its spans: a search by trace id may miss some of them.`, { places: [{ block }] })),
    ...stray.filter((block) => !known.has(block)).map((block) => finding('look-up', `stray ${block}`, `The look-up table leads to block ${block}, which no entry of the log names.`, { places: [{ block }] })),
  ];
}
