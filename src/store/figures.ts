/**
 * Figures by minute, made from the blocks that are in the engine: some time after a flush, many blocks at once, in the background. What was not
 * rolled yet is read from its spans, so answers are never behind. A roll is one part in one partition and names its blocks: after
 * a crash it is there or not, and what is missing is rolled again. So is everything that an older schema left.
 */

import { DATABASE, type Engine } from '#clickhouse';
import { LIMITS } from '#limits';
import { callsStatement, figuresStatement, firstSeenStatement } from './roll-statements.ts';

/** A block in the engine. */
export interface FlushedBlock {
  readonly id: number;
  readonly rows: number;
  readonly day: number;
  readonly retention: string;
}

/** Where figures are: rolls up to and including `roll`, and for `blocks` in their spans. Together they are everything, each span once. */
export interface FiguresState {
  readonly roll: number;
  readonly blocks: readonly number[];
}

export interface FiguresOptions {
  readonly engine: Pick<Engine, 'command'>;
  readonly now_ms: () => number;
  readonly onFailure: (error: unknown) => void;
}

const RETRY_MS = 10_000;
/** A roll that failed is tried with half as many rows: long names of a hostile sender may have needed too much memory. */
const ROLL_ROWS_MIN = 4_096;

export class Figures {
  readonly #options: FiguresOptions;
  #roll: number;
  /** Oldest first. */
  #waiting: readonly FlushedBlock[];
  #since_ms: number;
  #failed = false;
  #rows_target: number = LIMITS.figures_roll_rows_target;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  private constructor(options: FiguresOptions, roll: number, waiting: readonly FlushedBlock[]) {
    this.#options = options;
    this.#roll = roll;
    this.#waiting = waiting;
    this.#since_ms = options.now_ms();
    this.#schedule();
  }

  /** Looks up what is rolled. Comes after recovery, when no half inserted block is left. */
  static async open(options: FiguresOptions): Promise<Figures> {
    const { engine } = options;
    const roll = Number(await engine.command(`SELECT max(roll) FROM ${DATABASE}.figures`));
    await removeAfter(engine, roll);
    // The only roll that may have ended between its figures and this.
    if (roll > 0) await engine.command(firstSeenStatement(roll));
    const lines = await engine.command(`SELECT block, toUInt16(any(day)), any(retention), count() FROM ${DATABASE}.spans
      WHERE block NOT IN (SELECT arrayJoin(blocks) FROM ${DATABASE}.figures WHERE what = 'rolled') GROUP BY block ORDER BY block FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0`);
    const waiting = lines.split('\n').filter((line) => line !== '').map((line): FlushedBlock => {
      const [id, day, retention, rows] = JSON.parse(line) as [number, number, string, number];
      return { id, rows, day, retention };
    });
    return new Figures(options, roll, waiting);
  }

  get state(): FiguresState {
    return { roll: this.#roll, blocks: this.#waiting.map(({ id }) => id) };
  }

  /** Takes blocks that are in the engine. */
  add(blocks: Iterable<FlushedBlock>): void {
    const added = Array.from(blocks, ({ id, rows, day, retention }) => ({ id, rows, day, retention }));
    if (added.length === 0) return;
    if (this.#waiting.length === 0) this.#since_ms = this.#options.now_ms();
    this.#waiting = [...this.#waiting, ...added];
    this.#schedule();
  }

  /** Rolls everything that waits. For tests; the server rolls by itself. */
  async rollAll(): Promise<void> {
    await this.#running;
    while (this.#waiting.length > 0) await this.#rollNext();
  }

  /** Resolves when no roll runs any more; what waits is found by the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#closed || this.#running !== null || this.#waiting.length === 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const rows = this.#waiting.reduce((sum, block) => sum + block.rows, 0);
    const due_ms = rows >= LIMITS.figures_roll_rows_target ? 0 : this.#since_ms + LIMITS.figures_delay_ms_max - this.#options.now_ms();
    this.#timer = setTimeout(() => this.#start(), Math.max(0, this.#failed ? RETRY_MS : due_ms)).unref();
  }

  #start(): void {
    this.#timer = null;
    if (this.#running !== null || this.#closed) return;
    this.#running = this.#rollNext()
      .then(
        () => {
          this.#failed = false;
          this.#rows_target = LIMITS.figures_roll_rows_target;
        },
        (error: unknown) => {
          this.#failed = true;
          this.#rows_target = Math.max(ROLL_ROWS_MIN, this.#rows_target / 2);
          this.#options.onFailure(error);
        },
      )
      .finally(() => {
        this.#running = null;
        this.#schedule();
      });
  }

  async #rollNext(): Promise<void> {
    const { engine, now_ms } = this.#options;
    if (this.#failed) await removeAfter(engine, this.#roll);
    const blocks = nextOf(this.#waiting, this.#rows_target);
    const ids = blocks.map(({ id }) => id);
    const roll = this.#roll + 1;
    // The calls first: without the figures of the same roll they do not count and are removed.
    await engine.command(callsStatement(roll, ids));
    await engine.command(figuresStatement(roll, ids));
    await engine.command(firstSeenStatement(roll));
    const rolled = new Set(blocks);
    // INVARIANT: both at once, so that no reader counts a block twice or not at all.
    this.#roll = roll;
    this.#waiting = this.#waiting.filter((block) => !rolled.has(block));
    this.#since_ms = now_ms();
  }
}

/** The oldest blocks of one partition, about as many rows as a roll takes. */
function nextOf(waiting: readonly FlushedBlock[], rows_target: number): FlushedBlock[] {
  const [first] = waiting;
  const blocks: FlushedBlock[] = [];
  let rows = 0;
  for (const block of waiting) {
    if (rows >= rows_target || blocks.length >= LIMITS.figures_roll_blocks_max) break;
    if (block.day !== first?.day || block.retention !== first.retention) continue;
    blocks.push(block);
    rows += block.rows;
  }
  return blocks;
}

/** What a roll left that did not come to its end. */
async function removeAfter(engine: Pick<Engine, 'command'>, roll: number): Promise<void> {
  for (const table of ['figures', 'calls']) {
    const where = `roll > ${roll}`;
    const count = Number(await engine.command(`SELECT count() FROM ${DATABASE}.${table} WHERE ${where}`));
    if (count > 0) await engine.command(`ALTER TABLE ${DATABASE}.${table} DELETE WHERE ${where} SETTINGS mutations_sync = 1`);
  }
}
