/**
 * What is stored and the engine cannot read: a changed byte fails the checksum of some ten thousand rows, a table may be gone. That is a finding, which
 * names what can be told, and everything else is still looked at.
 */
import { EngineError } from '#clickhouse';
import type { StoreSnapshot } from '#store';
import type { BlockBody } from './bodies.ts';
import { finding, rangesText, type Finding } from './finding.ts';
import { isOfTheRows } from './locate.ts';

/** Codes of ClickHouse that speak of the machine or of a bound: memory, disk, descriptors, time, size of an answer, shutting down. */
const NOT_OF_THE_DATA: ReadonlySet<number> = new Set([74, 75, 76, 77, 158, 159, 160, 173, 210, 236, 241, 243, 252, 307, 394, 396, 439, 735]);
const PLACES_MAX = 64;

/** Whether it is what is stored that could not be read. */
export function isDamage(error: unknown): boolean {
  if (isOfTheRows(error)) return true;
  return error instanceof EngineError && error.clickhouseCode !== null && !NOT_OF_THE_DATA.has(error.clickhouseCode);
}

/** The tables that are compared with the log, and what each of them has. */
const TABLES = { spans: 'the spans', traces: 'what leads from a trace to its spans', log_entries: 'what the log says', accounting: 'the account' } as const;
/** Without which no server starts. */
const SCHEMA = 'schema_version';
export type ComparedTable = keyof typeof TABLES;

export class Unread {
  readonly #gone = new Set<string>();
  readonly #tables = new Map<ComparedTable, string>();
  readonly #blocks: BlockBody[] = [];
  readonly #entries: [first: number, last: number][] = [];

  /** Those that should be there and are not; each is a finding. */
  addGone(there: ReadonlySet<string>): Finding[] {
    const gone = (Object.keys(TABLES) as ComparedTable[]).filter((table) => !there.has(table));
    for (const table of gone) this.#gone.add(table);
    return [
      ...gone.map((table) => finding('table-gone', table, `The table ${table} is gone, which has ${TABLES[table]}. Nothing of it was checked.`)),
      ...(there.has(SCHEMA) ? [] : [finding('table-gone', SCHEMA, `The table ${SCHEMA} is gone, which says of which version the others are. They were read as if of this one.`)]),
    ];
  }

  isGone(table: ComparedTable): boolean {
    return this.#gone.has(table);
  }

  addTable(table: ComparedTable, consequence: string): void {
    if (!this.#gone.has(table)) this.#tables.set(table, consequence);
  }

  addBlocks(blocks: readonly BlockBody[]): void {
    for (const block of blocks) this.#blocks.push(block);
  }

  /** Entries whose bodies cannot be read, from `first` to `last`. */
  addEntries(first: number, last: number): void {
    const before = this.#entries.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(last, before[1]);
    else this.#entries.push([first, last]);
  }

  hasEntry(index: number): boolean {
    return this.#gone.has('log_entries') || this.#entries.some(([first, last]) => index >= first && index <= last);
  }

  /** Not all bodies could be read: a block may be logged and not known. */
  get isBlind(): boolean {
    return this.#gone.has('log_entries') || this.#entries.length > 0 || this.#tables.has('log_entries');
  }

  /** The first entry of which the blocks are not read. */
  get firstEntry(): number {
    return this.#blocks.reduce((first, { index }) => Math.min(first, index), Infinity);
  }

  findings(): Finding[] {
    const byTenant = [...Map.groupBy(this.#blocks, ({ tenant }) => tenant)];
    return [
      ...byTenant.map(([tenant, bodies]) => {
        const numbers = [...new Set(bodies.map(({ block }) => block))].sort((a, b) => a - b);
        const rows = bodies.reduce((sum, one) => sum + one.rows, 0);
        const message = `The engine cannot read ${rows} spans, those of ${numbers.length === 1 ? 'block' : 'blocks'} ${rangesText(numbers)}, in the table spans: what is stored of them was changed or is damaged.`;
        return finding('unreadable', 'spans', message, { tenant, places: bodies.slice(0, PLACES_MAX).map(({ block, index }) => ({ block, entry: index })) });
      }),
      ...this.#entries.map(([first, last]) =>
        finding('unreadable', `log_entries ${first}`, `The engine cannot read the bodies of entries ${first}–${last} in the table log_entries: what is stored of them was changed or is damaged. Blocks that these entries name were not checked, nor whether there are others that no entry names.`, { places: [{ entry: first }] }),
      ),
      ...[...this.#tables].map(([table, consequence]) => finding('unreadable', `table ${table}`, `The engine cannot read all of the table ${table}, which has ${TABLES[table]}: what is stored of it was changed or is damaged. ${consequence}`)),
    ];
  }
}

/** The store's own sealed files that are gone or do not authenticate. */
export function flawFindings(flaws: StoreSnapshot['flaws']): Finding[] {
  return flaws.map(({ what, is, file, at }) => {
    const where = at === null ? '' : ` at byte ${at}`;
    const lost = what === 'journal' ? 'What was on its way into the tables cannot be told, and the account was not compared.' : 'Blocks that were kept apart in it are told as missing.';
    return finding('journal', file, is === 'gone' ? `The journal is gone: there is nothing in the folder ${file} of the data directory. ${lost}` : `The file ${file} of the data directory was changed or damaged${where}, and is not the torn end of a write: it does not authenticate. ${lost}`);
  });
}
