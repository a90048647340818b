/**
 * One gRPC call from its metadata to its answer: what it holds, and that it ends exactly once, whichever comes first of
 * answer, deadline, broken connection and slow sender.
 */
import { type Lease, shareOf } from './budget.ts';
import type { Outcome } from './door.ts';

/** Lets a few calls read their message at once, not all of them of one producer; the others wait their turn. */
export class ReadingRoom {
  #free: number;
  readonly #share: number;
  readonly #waiting: GrpcCall<object>[] = [];
  /** Calls that read, by producer. */
  readonly #reading = new Map<object, number>();

  constructor(places: number) {
    this.#free = places;
    this.#share = shareOf(places);
  }

  enter(call: GrpcCall<object>): void {
    this.#waiting.push(call);
    this.#next();
  }

  /** Takes back the place, or the wish for one. */
  leave(call: GrpcCall<object>, reading: boolean): void {
    if (reading) {
      this.#free++;
      this.#count(call.producer, -1);
    } else {
      const at = this.#waiting.indexOf(call);
      if (at >= 0) this.#waiting.splice(at, 1);
    }
    this.#next();
  }

  #next(): void {
    while (this.#free > 0) {
      const at = this.#waiting.findIndex(({ producer }) => (this.#reading.get(producer) ?? 0) < this.#share);
      const [call] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (call === undefined) return;
      this.#free--;
      this.#count(call.producer, 1);
      call.begin();
    }
  }

  #count(producer: object, by: number): void {
    const reading = (this.#reading.get(producer) ?? 0) + by;
    if (reading === 0) this.#reading.delete(producer);
    else this.#reading.set(producer, reading);
  }
}

export class GrpcCall<P extends object> {
  readonly producer: P;
  readonly lease: Lease;
  readonly #room: ReadingRoom;
  readonly #ended: (outcome: Outcome, ms: number) => void;
  readonly #began = performance.now();
  #state: 'waiting' | 'reading' | 'arrived' | 'handled' | 'ended' = 'waiting';
  #late: NodeJS.Timeout | undefined;
  #startReading: () => void = () => {};

  constructor(producer: P, lease: Lease, room: ReadingRoom, ended: (outcome: Outcome, ms: number) => void) {
    this.producer = producer;
    this.lease = lease;
    this.#room = room;
    this.#ended = ended;
  }

  /** Waits for a place, then starts to read. `cut` is called if the message is not there in time. */
  read(within_ms: number, start: () => void, cut: () => void): void {
    this.#startReading = start;
    this.#late = setTimeout(() => {
      this.end('sender_too_slow');
      cut();
    }, within_ms);
    this.#room.enter(this);
  }

  /** Called by the room. */
  begin(): void {
    this.#state = 'reading';
    this.#startReading();
  }

  /** The sender has said all it has to say: one message, or none, or two. */
  arrived(): void {
    this.#release();
  }

  /** There is one message, and it is being worked on. */
  handled(): void {
    if (this.#state === 'arrived') this.#state = 'handled';
  }

  /** The stream is over. That ends the call, unless it is worked on: then its answer does, for its bytes are still in use. */
  gone(): void {
    if (this.#state !== 'handled') this.end('aborted');
  }

  end(outcome: Outcome): void {
    if (this.#state === 'ended') return;
    this.#release();
    this.#state = 'ended';
    this.lease.leave();
    this.#ended(outcome, performance.now() - this.#began);
  }

  #release(): void {
    clearTimeout(this.#late);
    const state = this.#state;
    if (state !== 'waiting' && state !== 'reading') return;
    this.#state = 'arrived';
    this.#room.leave(this, state === 'reading');
  }
}
