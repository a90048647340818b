/**
 * The product in one function, top to bottom. Read this first.
 *
 * `Pipeline.take` is what happens to the bytes of one export between authentication and the store. It runs on a worker thread,
 * owns everything it touches, knows no key and no file, and hands out nothing that has not been minimized.
 */
import { KeyTable, SpanBatch } from '#batch';
import { matchesGlob } from '#control/glob';
import { Inspector } from '#inspect';
import { BlockLeaves } from '#leaves';
import { type CompiledPolicy, compilePolicy, DEFAULT_POLICY, Minimizer } from '#minimize';
import type { Producer } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { isRefusal, type Refusal } from '#refusal';
import { Scanner } from '#scanner';
import { RECOGNIZERS } from '#scanner/recognizers';
import { BlockBuilder } from '#seal';
import { refusedMessage, validate } from '#validate';

/** What became of one export. Counts are spans, except `minimized`, which counts values by kind. */
export interface Taken {
  readonly received: number;
  readonly stored: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly minimized: Readonly<Record<string, number>>;
  /** The sentence of the partial success; '' when every span was taken. */
  readonly message: string;
}

/** Among the counts of what was minimized: spans whose times are odd, kept as they came. */
const ODD_TIME = 'odd-time';

export class Pipeline {
  readonly #keys = new KeyTable();
  readonly #batch = new SpanBatch(this.#keys);
  readonly #inspector: Inspector;
  readonly #minimizer: Minimizer;
  readonly #leaves: BlockLeaves;

  constructor(policy: CompiledPolicy = compilePolicy(DEFAULT_POLICY)) {
    this.#inspector = new Inspector(new Scanner(RECOGNIZERS, { parts: policy.distinguishes }), this.#keys);
    this.#minimizer = new Minimizer(policy, this.#inspector, this.#keys);
    this.#leaves = new BlockLeaves(policy.restricts);
  }

  /** A builder for blocks of the spans this pipeline takes. */
  builder(): BlockBuilder {
    return new BlockBuilder(this.#minimizer, this.#leaves);
  }

  /**
   * `body` is attacker-controlled and read in place; `producer` was authenticated from the headers alone. Taken spans are
   * appended to the block that `blockFor` gives; nothing is appended when the whole export is refused.
   */
  take(body: Uint8Array, encoding: 'protobuf' | 'json', producer: Producer, request: number, now_ms: number, blockFor: () => BlockBuilder): Taken | Refusal {
    const bytes = encoding === 'json' ? requestFromJson(body) : body;
    if (isRefusal(bytes)) return bytes;
    const undecodable = decodeRequest(bytes, this.#batch);
    if (undecodable !== null) return undecodable;

    const speaksFor = (service: string) => producer.services.some((glob) => matchesGlob(glob, service));
    const { batch: valid, received, taken, oddTimes, refused } = validate(this.#batch, speaksFor, now_ms);
    const message = refusedMessage(refused);
    if (taken === 0) return { received, stored: 0, refused, minimized: {}, message };

    const inspected = this.#inspector.inspect(valid);
    if (isRefusal(inspected)) return inspected;
    const minimized = this.#minimizer.minimize(inspected);
    const counts = blockFor().append(minimized, request, producer.id);
    return { received, stored: taken, refused, minimized: oddTimes === 0 ? counts : { ...counts, [ODD_TIME]: oddTimes }, message };
  }
}
