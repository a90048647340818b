/**
 * Blocks against their bodies: the rows of many are read at once, their leaves computed, and each root compared with the one that the log commits to;
 * and where the rows say they belong with what the body says. What does not fit goes to `locate.ts`.
 */
import { BlockLeaves, type Leaves } from '#leaves';
import { sameBytes } from '#merkle';
import type { BlockBody } from './bodies.ts';
import { finding, type Finding } from './finding.ts';
import { isOfTheRows, locate } from './locate.ts';
import { listsIn } from './questions.ts';
import { Stopped } from './pace.ts';
import type { Source } from './source.ts';
import { isDamage } from './unread.ts';

/** Where the rows of each block are, to compare with the look-up table: how many, a keyed sum, day and class. */
export type PlacesByBlock = Map<number, { readonly rows: number; readonly sum: string; readonly day: number; readonly retention: string }>;

export interface CheckedBlocks {
  /** Bodies of blocks without any row. */
  readonly absent: readonly BlockBody[];
  /** Bodies of blocks whose rows the engine cannot read. */
  readonly unread: readonly BlockBody[];
  readonly spans: number;
  /** What of them is sealed, of blocks that are as the log has them. */
  readonly seals: number;
  readonly blocks: number;
  readonly findings: readonly Finding[];
}

export interface BlockCheckOptions {
  readonly source: Source;
  /** Draws a new one for each run. */
  readonly key: readonly [string, string];
  /** Rows of a piece that the engine gives; smaller ones hold up a thread that others use for a shorter time. */
  readonly piece?: number;
  /** Called after every few hundred spans. */
  readonly pause?: (spans: number) => Promise<void> | undefined;
}

/** Which keys a policy restricts; null if the log knows no policy of this digest. */
export type Policies = (digest: string) => ((key: string) => boolean) | null;

const BYTES_AT_ONCE = 64 * 1024 * 1024;

export class BlockChecker {
  readonly places: PlacesByBlock = new Map();
  readonly #options: BlockCheckOptions;
  readonly #policies: Policies;
  readonly #leaves = new Map<string, BlockLeaves>();
  #bytesPerRow = 1;

  constructor(options: BlockCheckOptions, policies: Policies) {
    this.#options = options;
    this.#policies = policies;
  }

  /** Rows that may be in memory at once, as large as those before were. */
  rowsAtOnce(most: number): number {
    return Math.max(1, Math.min(most, Math.floor(BYTES_AT_ONCE / this.#bytesPerRow)));
  }

  /** `bodies` in any order, of one policy. Blocks that are too large together are looked at by parts, to the last one alone. */
  async check(bodies: readonly BlockBody[]): Promise<CheckedBlocks> {
    try {
      return await this.#check(bodies);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      if (bodies.length < 2) {
        if (!isDamage(error)) throw error;
        return { absent: [], unread: bodies, findings: [], spans: 0, seals: 0, blocks: 0 };
      }
      const half = Math.ceil(bodies.length / 2);
      const [first, second] = [await this.check(bodies.slice(0, half)), await this.check(bodies.slice(half))];
      return { absent: [...first.absent, ...second.absent], unread: [...first.unread, ...second.unread], findings: [...first.findings, ...second.findings], spans: first.spans + second.spans, seals: first.seals + second.seals, blocks: first.blocks + second.blocks };
    }
  }

  async #check(bodies: readonly BlockBody[]): Promise<CheckedBlocks> {
    const { source, key } = this.#options;
    const blocks = bodies.map(({ block }) => block);
    const facts = new Map(listsIn(await source.read({ ask: 'facts', blocks, key })).map((list) => [Number(list[0]), factsOf(list)]));
    const absent = bodies.filter(({ block }) => !facts.has(block));
    const present = bodies.filter(({ block }) => facts.has(block));
    const findings: Finding[] = [];
    for (const body of present) {
      const { rows, sum, tenants, days, retentions } = facts.get(body.block)!;
      this.places.set(body.block, { rows, sum, day: body.day, retention: body.retention });
      const wrong = [only(tenants, body.tenant) ? [] : ['tenant'], only(days, body.day) ? [] : ['day'], only(retentions, body.retention) ? [] : ['retention class']].flat();
      if (wrong.length > 0) findings.push(finding('block-misfiled', `block ${body.block}`, `Rows of block ${body.block} have another ${wrong.join(', ')} than its entry ${body.index} says.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] }));
    }
    if (present.length === 0) return { absent, unread: [], spans: 0, seals: 0, blocks: 0, findings };
    const restricts = this.#policies(present[0]!.policy);
    if (restricts === null) {
      findings.push(...present.map((body) => finding('policy', `policy of block ${body.block}`, `Block ${body.block} was made under a policy that no entry of the log states, so its leaves cannot be recomputed.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] })));
      return { absent, unread: [], spans: 0, seals: 0, blocks: present.length, findings };
    }
    const { spans, seals, wrong, gone } = await this.#compare(present, restricts);
    absent.push(...gone);
    for (const { body, leaves } of wrong) {
      const located = await locate(source, body, leaves, this.#leavesOf(body.policy, restricts));
      if (located === null) absent.push(body);
      else findings.push(...located);
    }
    return { absent, unread: [], spans, seals, blocks: present.length, findings };
  }

  /** A block that is kept apart is compared like any other; nobody may hide one by saying that it is. */
  async checkSetAside(body: BlockBody): Promise<Finding[]> {
    const native = await this.#options.source.setAsideRows(body.block);
    const restricts = this.#policies(body.policy);
    if (native !== null && restricts !== null) {
      try {
        if (holds(this.#leavesOf(body.policy, restricts).compute(native, body.salt), body)) return [];
      } catch (error) {
        if (!isOfTheRows(error)) throw error;
      }
    }
    return [finding('block-missing', `block ${body.block}`, `Block ${body.block} with ${body.rows} rows, logged as entry ${body.index}, is not in the tables, and what is kept apart under its number is not what was logged.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] })];
  }

  /** The blocks whose leaves are not those of their entry, with what they are if they have any. */
  async #compare(present: readonly BlockBody[], restricts: (key: string) => boolean): Promise<{ spans: number; seals: number; wrong: { body: BlockBody; leaves: Leaves | null }[]; gone: BlockBody[] }> {
    const { source, piece, pause } = this.#options;
    const byBlock = new Map(present.map((body) => [body.block, body]));
    const native = await source.read({ ask: 'spans', blocks: present.map(({ block }) => block), ...(piece === undefined ? {} : { piece }) });
    this.#bytesPerRow = native.length / Math.max(1, present.reduce((sum, { rows }) => sum + rows, 0));
    const wrong: { body: BlockBody; leaves: Leaves | null }[] = [];
    let spans = 0;
    let seals = 0;
    for (const one of this.#leavesOf(present[0]!.policy, restricts).computeEach(native, (block) => byBlock.get(block)?.salt ?? null)) {
      if (one === null) {
        const pausing = pause?.(256);
        if (pausing !== undefined) await pausing;
        continue;
      }
      const body = byBlock.get(one.block);
      if (body === undefined) continue;
      byBlock.delete(one.block);
      const leaves = 'root' in one.leaves ? one.leaves : null;
      spans += leaves?.rows ?? body.rows;
      if (leaves === null || !holds(leaves, body)) wrong.push({ body, leaves });
      else seals += leaves.seals;
    }
    // Retention may remove them between the two questions.
    return { spans, seals, wrong, gone: [...byBlock.values()] };
  }

  #leavesOf(policy: string, restricts: (key: string) => boolean): BlockLeaves {
    let leaves = this.#leaves.get(policy);
    if (leaves === undefined) this.#leaves.set(policy, (leaves = new BlockLeaves(restricts)));
    return leaves;
  }
}

/** Root, number of rows, groups and the range of starts. */
function holds(leaves: Leaves, body: BlockBody): boolean {
  return leaves.rows === body.rows && sameBytes(leaves.root, body.root) && Buffer.compare(leaves.groups, body.groups) === 0 && leaves.first === body.first && leaves.last === body.last;
}

interface Facts {
  readonly rows: number;
  readonly tenants: readonly unknown[];
  readonly days: readonly unknown[];
  readonly retentions: readonly unknown[];
  readonly sum: string;
}

function factsOf([, rows, tenants, days, retentions, sum]: readonly unknown[]): Facts {
  return { rows: Number(rows), tenants: tenants as unknown[], days: days as unknown[], retentions: retentions as unknown[], sum: String(sum) };
}

/** Whether it is this one and no other. */
export function only(found: readonly unknown[], wanted: string | number): boolean {
  return found.length === 1 && String(found[0]) === String(wanted);
}
