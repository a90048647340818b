/**
 * What is written of blocks and of the requests in them, and what becomes of a request then: acknowledged when all of it is durable, refused when it cannot be.
 *
 * A request of which spans were dropped, because some block took them before, waits for that block as well (`DurableBlocks`). Its own spans are committed meanwhile,
 * accounted as a part of it; that it is taken as a whole is written, and answered, when all of it is durable.
 */
import { type DurableBlocks, repeatFinding, VersionFindings } from '#compare';
import type { NewFinding } from '#findings';
import type { Commit, RequestAccount, SealedBlock } from '#model';
import { type Refusal, type RefusalCode, refuse } from '#refusal';
import type { KeyRows } from './key-rows.ts';
import { accountOf, accountOfDropped, accountOfStored, type IngestAnswer, type Request } from './request.ts';

/** What is needed of the store. */
export interface WritingStore {
  commit(commit: Commit): Promise<void>;
  /** Why nothing can be written now, or null. */
  readonly unavailable: RefusalCode | null;
}

export interface CommitEvents {
  /** What became of the spans of a request is durable. */
  accounted?(account: RequestAccount): void;
  committed?(rows: number, ms: number): void;
  /** What somebody ought to look at. */
  found?(finding: NewFinding): void;
  failed?(what: string, error: unknown): void;
}

export interface CommitsParts {
  readonly store: WritingStore;
  readonly blocks: DurableBlocks;
  readonly keyRows: KeyRows;
  readonly events: CommitEvents;
  /** A request whose spans are in a block that came; undefined: it was answered meanwhile. */
  readonly inBlock: (id: number) => Request | undefined;
  readonly answer: (id: number, answer: IngestAnswer, account?: RequestAccount) => void;
}

export class Commits {
  readonly #parts: CommitsParts;
  readonly #versions = new VersionFindings();

  constructor(parts: CommitsParts) {
    this.#parts = parts;
  }

  async block(block: SealedBlock): Promise<void> {
    const { blocks, keyRows, inBlock, answer } = this.#parts;
    blocks.arrived(block.id);
    // Those of earlier blocks of the worker too: what this one was sealed with may have come with them.
    const keys = keyRows.durable(block.subjectKeys ?? []);
    const requests: { readonly id: number; readonly request: Request; readonly account: RequestAccount }[] = [];
    for (const id of block.requests) {
      const request = inBlock(id);
      if (request?.taken == null) continue;
      request.committing = true;
      const waits = blocks.open(request.taken.reliesOn).some((other) => other !== block.id);
      requests.push({ id, request, account: waits ? accountOfStored(request, request.taken) : accountOf(request, request.taken) });
    }
    const committed = (keys === null || (await keys)) && (await this.#write([block], requests.map(({ account }) => account)));
    if (committed) blocks.durable(block.id);
    else blocks.failed(block.id);
    for (const { id, request, account } of requests) {
      if (!committed) answer(id, this.unavailable());
      else if (account.digest === '') void this.finish(id, request, account);
      else this.#acknowledge(id, request, account);
    }
  }

  /** What of a request is in no block: waits until everything it relies on is durable, and accounts for it. `stored` is the account of its other part. */
  async finish(id: number, request: Request, stored: RequestAccount | null = null): Promise<void> {
    const { blocks, answer } = this.#parts;
    const { taken } = request;
    if (taken === null) throw new Error('cannot account for a request that no worker took');
    request.committing = true;
    const durable = await blocks.when(taken.reliesOn);
    const rest = stored === null ? accountOf(request, taken) : accountOfDropped(request, taken);
    if (durable && (await this.account(rest))) this.#acknowledge(id, request, rest);
    else answer(id, this.unavailable());
  }

  /** False: it could not be written. */
  account(account: RequestAccount): Promise<boolean> {
    return this.#write([], [account]);
  }

  unavailable(): Refusal {
    return refuse(this.#parts.store.unavailable ?? 'store_unavailable');
  }

  async #write(blocks: readonly SealedBlock[], accounts: readonly RequestAccount[]): Promise<boolean> {
    const { store, events } = this.#parts;
    const began_ms = performance.now();
    try {
      await store.commit({ blocks, requests: accounts });
    } catch (error) {
      events.failed?.('cannot commit', error);
      return false;
    }
    events.committed?.(blocks.reduce((rows, block) => rows + block.rows, 0), performance.now() - began_ms);
    for (const account of accounts) events.accounted?.(account);
    return true;
  }

  #acknowledge(id: number, { producer, taken }: Request, account: RequestAccount): void {
    const { events, answer } = this.#parts;
    for (const trace of taken?.versionTraces ?? []) events.found?.(this.#versions.of(producer, trace));
    if (taken !== null && taken.droppedOfOthers > 0) events.found?.(repeatFinding(producer));
    answer(id, account.answer, account);
  }
}
