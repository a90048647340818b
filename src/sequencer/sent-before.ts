/**
 * Requests that equal one that was sent before, whether that is still on its way or was taken: answered as the first was, stored no second time.
 * From another producer they are refused and told.
 */
import { copyFindings, RequestMemory } from '#compare';
import type { NewFinding } from '#findings';
import { LIMITS } from '#limits';
import { type Producer, type ProducerId, type RequestAccount, type TakenRequest, takenOf } from '#model';
import { isRefusal, type Refusal, refuse } from '#refusal';
import { accountOfRepeated, type IngestAnswer, type Sent } from './request.ts';

/** What it needs of the store. */
export interface RememberingStore {
  /** Every request that was taken after this is among them. */
  readonly rememberedSince_ms: number;
  /** Oldest first. `at_ms`: when it was durable, or later. */
  rememberedRequests(): Iterable<{ readonly digest: string; readonly request: TakenRequest; readonly at_ms: number }>;
}

export interface SentBeforeParts {
  readonly now_ms: () => number;
  /** Whether the account is durable. */
  readonly account: (account: RequestAccount) => Promise<boolean>;
  readonly unavailable: () => Refusal;
  readonly found: (finding: NewFinding) => void;
  /** An answer to a repeated request was given. */
  readonly answered: () => void;
}

interface Unanswered {
  /** Who sent it first. */
  readonly producer: ProducerId;
  /** Resolves when the first of the equal requests is answered; a refusal is not remembered beyond that. */
  readonly first: Promise<IngestAnswer>;
}

export class SentBefore {
  readonly #parts: SentBeforeParts;
  /** By digest. What was taken is remembered after it was answered. */
  readonly #unanswered = new Map<string, Unanswered>();
  readonly #memory: RequestMemory;
  #answering = 0;

  constructor(store: RememberingStore, capacity: number | undefined, parts: SentBeforeParts) {
    this.#parts = parts;
    this.#memory = new RequestMemory(store.rememberedSince_ms, capacity);
    for (const { digest, request, at_ms } of store.rememberedRequests()) this.#memory.add(digest, request, at_ms);
  }

  /** Every request taken after this is known. */
  get since_ms(): number {
    return this.#memory.since_ms;
  }

  /** Whether another request would make one forgotten that its sender may still repeat. */
  get isFull(): boolean {
    return this.#memory.pushesOut(this.#parts.now_ms() - LIMITS.remembered_requests_ms_min);
  }

  /** Repeated requests that are not answered yet. */
  get answering(): number {
    return this.#answering;
  }

  /** Null if the request is new. `again` lets it enter once more, as if it came now. */
  answer(sent: Sent, again: () => Promise<IngestAnswer>): Promise<IngestAnswer> | null {
    const first = this.#unanswered.get(sent.digest);
    const known = first ?? this.#memory.find(sent.digest);
    if (known === null) return null;
    const isOwn = known.producer === sent.producer.id;
    // Of whose nothing was taken, there is nothing to copy.
    if ('rejected' in known && !isOwn && known.received === known.rejected) return null;
    this.#answering++;
    const answer = 'first' in known ? this.#follow(sent, known, again) : isOwn ? this.#duplicate(sent.producer, known) : this.#copy(sent.producer, known);
    return answer.finally(() => {
      this.#answering--;
      this.#parts.answered();
    });
  }

  /** A new one is on its way. */
  begin({ producer, digest }: Sent, first: Promise<IngestAnswer>): void {
    this.#unanswered.set(digest, { producer: producer.id, first });
  }

  /** It is about to be answered. `account`, if it was taken: remembered when it is durable, which is after its spans were judged. */
  end(digest: string, account: RequestAccount | null): void {
    this.#unanswered.delete(digest);
    if (account === null) return;
    const now_ms = this.#parts.now_ms();
    this.#memory.forgetBefore(now_ms - LIMITS.remembered_requests_ms_max);
    this.#memory.add(digest, takenOf(account), now_ms);
  }

  /** An equal request is on its way: what becomes of it decides. A refusal is the answer to its own sender; to others it is as if it had not been. */
  async #follow(sent: Sent, { producer, first }: Unanswered, again: () => Promise<IngestAnswer>): Promise<IngestAnswer> {
    const answer = await first;
    if (producer === sent.producer.id && (isRefusal(answer) || this.#memory.find(sent.digest) === null)) return answer;
    return again();
  }

  /**
   * The same bytes from the same producer again: an exporter that did not hear the acknowledgement. Answered as the first was, stored
   * no second time, its spans counted as dropped.
   */
  async #duplicate(producer: Producer, { received, rejected, message }: TakenRequest): Promise<IngestAnswer> {
    const answer = { rejectedSpans: rejected, message };
    return (await this.#parts.account({ ...accountOfRepeated(producer, received), dropped: received, answer })) ? answer : this.#parts.unavailable();
  }

  /** The same bytes from another producer: nobody's own spans. Refused and told. */
  async #copy(producer: Producer, first: TakenRequest): Promise<IngestAnswer> {
    const refusal = refuse('request_copied');
    if (!(await this.#parts.account({ ...accountOfRepeated(producer, first.received), refused: { [refusal.refused]: first.received } }))) return this.#parts.unavailable();
    for (const finding of copyFindings(producer, first)) this.#parts.found(finding);
    return refusal;
  }
}
