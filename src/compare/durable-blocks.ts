/**
 * Which blocks are durable, for requests of which spans were dropped because a block had taken them.
 *
 * INVARIANT: no span is acknowledged that is not durable. The argument:
 * 1. Every failure of a block calls `failed` or `lost`, and both call `doubt` with the next number that a worker will give. So no block from
 *    `validFrom` on has failed, and entries of blocks before it are void whenever a worker looks at them, also those made later.
 * 2. A worker that looked before that names the block as one it relies on. Its word is heard either before the failure, then the request waits
 *    for the block and hears of the failure; or after it, then the block lies before `validFrom` and `when` says no at once.
 * 3. A block that is neither durable nor failed is open in a worker or on its way to the store, and comes to one of both: a worker hands
 *    a block over, says that it did not use it, says that it is lost, or dies, which is heard as `lost`.
 * So `when` says yes only if every block is durable, and it says something. On no the request is refused as retryable: sent again, nothing void
 * counts as taken any more, and its spans are stored. A span may be stored twice this way, which is seen when it is read; none is lost.
 */
import type { TakenSpans } from './taken-spans.ts';

type Told = (durable: boolean) => void;

export class DurableBlocks {
  readonly #taken: TakenSpans;
  readonly #next: () => number;
  /** All blocks up to this one, from `validFrom` on, are durable; and these beyond it. */
  #through: number;
  readonly #beyond = new Set<number>();
  /** Handed over by their workers and on their way to the store. */
  readonly #arrived = new Set<number>();
  readonly #waiting = new Map<number, Told[]>();

  /** `next` gives the number of the block that a worker will begin next. */
  constructor(taken: TakenSpans, next: () => number) {
    this.#taken = taken;
    this.#next = next;
    this.#through = next() - 1;
  }

  /** A worker handed the block over: what becomes of the worker does not matter any more. */
  arrived(block: number): void {
    this.#arrived.add(block);
  }

  /** The block is durable, or its worker gave it up without a span in it. */
  durable(block: number): void {
    this.#arrived.delete(block);
    if (block > this.#through) this.#beyond.add(block);
    this.#advance();
    this.#tell(block, true);
  }

  /** The block will not be kept. */
  failed(block: number): void {
    this.#doubt();
    this.#arrived.delete(block);
    this.#tell(block, false);
  }

  /** Some worker lost its open blocks, and it is not known which. */
  lost(): void {
    this.#doubt();
    for (const block of [...this.#waiting.keys()]) if (!this.#arrived.has(block)) this.#tell(block, false);
  }

  /** Whether all of these blocks are durable, as soon as it is known. */
  async when(blocks: readonly number[]): Promise<boolean> {
    if (blocks.some((block) => block < this.#taken.validFrom)) return false;
    const told = blocks.filter((block) => !this.#isDurable(block)).map((block) => new Promise<boolean>((tell) => this.#wait(block, tell)));
    return (await Promise.all(told)).every(Boolean);
  }

  /** Of these blocks, those that are not durable yet, or not any more to be relied on. */
  open(blocks: readonly number[]): number[] {
    return blocks.filter((block) => block < this.#taken.validFrom || !this.#isDurable(block));
  }

  /** Of a block from `validFrom` on. */
  #isDurable(block: number): boolean {
    return block <= this.#through || this.#beyond.has(block);
  }

  #wait(block: number, tell: Told): void {
    const waiting = this.#waiting.get(block);
    if (waiting === undefined) this.#waiting.set(block, [tell]);
    else waiting.push(tell);
  }

  #tell(block: number, durable: boolean): void {
    const waiting = this.#waiting.get(block);
    this.#waiting.delete(block);
    for (const tell of waiting ?? []) tell(durable);
  }

  #doubt(): void {
    const next = this.#next();
    this.#taken.doubt(next);
    // Nobody relies on what lies before.
    this.#through = Math.max(this.#through, next - 1);
    for (const block of this.#beyond) if (block <= this.#through) this.#beyond.delete(block);
  }

  #advance(): void {
    while (this.#beyond.delete(this.#through + 1)) this.#through++;
  }
}
