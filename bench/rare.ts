/**
 * Spans with attributes that hardly any other span has, sent now and then among the load, and searches for them whose answers are known.
 */
import type { Random } from './random.ts';
import type { MeasuredServer } from './server.ts';
import { SERVICES } from './shop.ts';

export interface RareSearch {
  readonly parameters: URLSearchParams;
  /** Traces on its first page. */
  readonly found: number;
}

/** One of the corpus, so that a service alone finds none of them. */
const SERVICE = SERVICES[0];
const SPANS_MAX = 300;
const PAUSE_MS = 40;
const PAGE = 20;
const DURATION_NS = 80_000_000n;

export class RareSpans {
  readonly #server: MeasuredServer;
  #sent = 0;

  constructor(server: MeasuredServer) {
    this.#server = server;
  }

  /** One span now and then until the load is done; gives what the load gives. */
  async sendDuring<Loaded>(load: Promise<Loaded>): Promise<Loaded> {
    let done = false;
    const ended = load.finally(() => (done = true));
    // A failure of the load is the caller's, below.
    ended.catch(() => undefined);
    for (let pause_ms = PAUSE_MS; !done && this.#sent < SPANS_MAX; ) {
      await this.#sendOne();
      await Promise.race([ended.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, pause_ms))]);
      // Long loads have them all over: the pauses grow.
      pause_ms *= 1.01;
    }
    return ended;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Searches by kind, over all that was sent. */
  kinds(random: Random): Readonly<Record<string, () => RareSearch>> {
    const once = (): string => `bench.once=${random.int(this.#sent)}`;
    const few = Math.min(PAGE, this.#sent);
    const search = (found: number, attribute: string, more: Record<string, string> = {}): RareSearch => ({ found, parameters: new URLSearchParams({ attribute, ...more }) });
    return {
      'a value there is once': () => search(1, once()),
      'a value there never was': () => search(0, `session.id=${random.hex(32)}`),
      [`a value of ${this.#sent} spans`]: () => search(few, 'bench.few=few'),
      'once, with service and duration': () => search(1, once(), { service: SERVICE, durationMin: '10ms' }),
      'few, but none lasts so long': () => search(0, 'bench.few=few', { service: SERVICE, durationMin: '10s' }),
      'a key, whatever its value': () => search(few, 'bench.few'),
    };
  }

  async #sendOne(): Promise<void> {
    const start = BigInt(Date.now()) * 1_000_000n;
    const attributes = Object.entries({ 'bench.few': 'few', 'bench.once': String(this.#sent) }).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const span = { traceId: `beef${this.#sent.toString(16).padStart(28, '0')}`, spanId: 'beefbeefbeefbeef', name: 'rare', kind: 1, startTimeUnixNano: String(start), endTimeUnixNano: String(start + DURATION_NS), attributes };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: SERVICE } }] };
    if (await this.#server.send([{ resource, scopeSpans: [{ spans: [span] }] }])) this.#sent += 1;
  }
}
