/**
 * A live tail as server-sent events (HTML §9.2): what arrives and fulfils the filters, at most once a second. It holds a place among the queries
 * only while it asks. It ends after a while, when its reader leaves, may no longer read, or leaves too much unread.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '#limits';
import { isStillLetIn, readerOf, sendRefusal } from '#query/guard';
import { noteShown, recordSoFar } from '#query/recorded';
import { isRefusal, refuse, type RefusalCode } from '#refusal';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AskedSpans, Explore, TailMark } from './explore.ts';

export interface TailTimes {
  readonly interval_ms: number;
  readonly ms_max: number;
  readonly heartbeat_ms: number;
}

type EndReason = 'time' | 'signed_out' | 'draining' | RefusalCode;

/** Often enough for proxies that close what is silent for half a minute. */
const TIMES: TailTimes = { interval_ms: LIMITS.tail_interval_ms, ms_max: LIMITS.tail_ms_max, heartbeat_ms: 15_000 };

export class Tails {
  readonly #explore: Pick<Explore, 'beginTail' | 'arrivals'>;
  readonly #times: TailTimes;
  readonly #running = new Set<AbortController>();

  constructor(explore: Pick<Explore, 'beginTail' | 'arrivals'>, times: TailTimes = TIMES) {
    this.#explore = explore;
    this.#times = times;
  }

  /** Answers until the tail is over. */
  async answer(request: FastifyRequest, reply: FastifyReply, asked: AskedSpans): Promise<FastifyReply> {
    if (this.#running.size >= LIMITS.tails_max) return sendRefusal(request, reply, refuse('query_busy', `${LIMITS.tails_max} live tails are open`));
    const stop = new AbortController();
    this.#running.add(stop);
    reply.raw.on('close', () => stop.abort('left'));
    try {
      const since = await this.#explore.beginTail(readerOf(request), asked);
      if (isRefusal(since)) return sendRefusal(request, reply, since);
      // Nothing is sent before it is recorded that somebody looks, and when that is over how much there was to see.
      const recorded = await recordSoFar(request);
      if (recorded !== true) return sendRefusal(request, reply, recorded);
      reply.hijack();
      reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      reply.raw.write(': from here on\n\n');
      const reason = await this.#follow(request, reply, asked, since, stop.signal);
      await recordSoFar(request);
      if (!reply.raw.destroyed) reply.raw.end(eventText('end', { reason }));
      return reply;
    } finally {
      this.#running.delete(stop);
    }
  }

  /** The server is about to stop: a tail does not keep it. */
  end(): void {
    for (const stop of this.#running) stop.abort('draining');
  }

  async #follow(request: FastifyRequest, { raw }: FastifyReply, asked: AskedSpans, from: TailMark, signal: AbortSignal): Promise<EndReason> {
    const until_ms = performance.now() + this.#times.ms_max;
    let since = from;
    let said_ms = performance.now();
    for (;;) {
      await sleep(this.#times.interval_ms, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return 'draining';
      if (performance.now() >= until_ms) return 'time';
      if (!isStillLetIn(request)) return 'signed_out';
      const found = await this.#explore.arrivals(readerOf(request), asked, since);
      if (isRefusal(found) && !WORTH_WAITING.includes(found.refused)) return found.refused;
      const events: string[] = [];
      if (!isRefusal(found)) {
        since = found.mark;
        noteShown(request, found.traces.length);
        if (found.traces.length > 0) events.push(eventText('traces', { traces: found.traces }));
        if (found.skipped > 0) events.push(eventText('note', { skipped: found.skipped }));
      }
      if (events.length === 0 && performance.now() - said_ms < this.#times.heartbeat_ms) continue;
      said_ms = performance.now();
      raw.write(events.length === 0 ? ': nothing yet\n\n' : events.join(''));
      // The kernel's buffers are full as well by then.
      if (raw.writableLength > LIMITS.tail_unread_bytes_max) raw.destroy();
    }
  }
}

/** The blocks that were not looked at are looked at next time. */
const WORTH_WAITING: readonly RefusalCode[] = ['query_busy', 'query_timeout'];

/** JSON holds no line break, so that data is one line. */
function eventText(name: 'traces' | 'note' | 'end', data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
