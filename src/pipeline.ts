/**
 * The product in one function, top to bottom. Read this first.
 *
 * `Pipeline.take` is what happens to the bytes of one export between authentication and the store. It runs on a worker thread,
 * owns everything it touches, knows no key but those that it is given, and no file, and hands out nothing that has not been minimized.
 */
import { KeyTable, SpanBatch } from '#batch';
import type { Comparer } from '#compare';
import { matchesGlob } from '#control/glob';
import { Inspector } from '#inspect';
import { Tokens } from '#keys';
import { BlockLeaves } from '#leaves';
import { Minimizer, Pseudonyms } from '#minimize';
import type { Producer, Secret } from '#model';
import { decodeRequest, requestFromJson } from '#otlp';
import { type CompiledPolicy, compilePolicy, DEFAULT_POLICY } from '#policy';
import { isRefusal, type Refusal } from '#refusal';
import { Scanner } from '#scanner';
import { ownRecognizers } from '#scanner/own';
import { RECOGNIZERS } from '#scanner/recognizers';
import { BlockBuilder, SubjectKeys } from '#seal';
import { countOddTimes, refusedMessage, validate } from '#validate';

/** What became of one export. Counts are spans, except `minimized`, which counts values by kind. */
export interface Taken {
  readonly received: number;
  readonly stored: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Spans that had been taken before with the same content. */
  readonly dropped: number;
  /** How many of them another producer had sent. */
  readonly droppedOfOthers: number;
  /** The blocks that took them: the request may be acknowledged when all of these are durable, and not otherwise. */
  readonly reliesOn: readonly number[];
  /** Ids of traces with spans whose ids had been taken with other content; a few of them, if there are many. */
  readonly versionTraces: readonly string[];
  readonly minimized: Readonly<Record<string, number>>;
  /** The sentence of the partial success; '' when every span was taken. */
  readonly message: string;
}

const NOTHING_STORED = { stored: 0, dropped: 0, droppedOfOthers: 0, reliesOn: [], versionTraces: [], minimized: {} } as const;
const NOTHING_COMPARED = { dropped: 0, ofOthers: 0, reliesOn: [], versions: 0, versionTraces: [] } as const;

/** Among the counts of what was minimized: spans whose times are odd, kept as they came. */
const ODD_TIME = 'odd-time';
/** The same for spans whose ids had been taken with other content. */
const SECOND_VERSION = 'second-version';

/** Keys to seal with, for the pipelines of one worker. */
export function subjectKeysOf(tokenKey: Secret<Uint8Array>): SubjectKeys {
  return new SubjectKeys(new Tokens(tokenKey));
}

export class Pipeline {
  readonly #keys = new KeyTable();
  readonly #batch = new SpanBatch(this.#keys);
  readonly #inspector: Inspector;
  readonly #minimizer: Minimizer;
  readonly #leaves: BlockLeaves;
  readonly #comparer: Comparer | null;
  readonly #sealing: SubjectKeys | null;

  /**
   * Without a comparer, which tools that look at other stages leave out, no span is recognised as taken before; without a key for pseudonyms, what
   * would become one is replaced; without keys to seal with, what would be sealed is lost.
   */
  constructor(comparer: Comparer | null, policy: CompiledPolicy = compilePolicy(DEFAULT_POLICY), pseudonymKey: Secret<Uint8Array> | null = null, sealing: SubjectKeys | null = null) {
    this.#sealing = sealing;
    this.#comparer = comparer;
    this.#inspector = new Inspector(new Scanner([...RECOGNIZERS, ...ownRecognizers(policy.recognizers)], { parts: policy.distinguishes, networksStay: policy.networksStay }), this.#keys);
    this.#minimizer = new Minimizer(policy, this.#inspector, this.#keys, new Pseudonyms(pseudonymKey));
    this.#leaves = new BlockLeaves(policy.restricts);
  }

  /** A builder for blocks of the spans this pipeline takes. */
  builder(): BlockBuilder {
    return new BlockBuilder(this.#minimizer, this.#leaves, this.#sealing);
  }

  /** Nothing that was in a value is remembered any more. Between two requests. */
  forgetValues(): void {
    this.#inspector.forgetValues();
  }

  /**
   * `body` is attacker-controlled and read in place; `producer` was authenticated from the headers alone. Taken spans are
   * appended to the block that `blockFor` gives; nothing is appended when the whole export is refused, or all of it was taken before.
   * Spans as old as requests that are not remembered any more (`rememberedSince_ms`) are refused. `anyTime`: no span is refused for its times, for those that
   * only ask what would be stored.
   */
  take(body: Uint8Array, encoding: 'protobuf' | 'json', producer: Producer, request: number, now_ms: number, blockFor: () => BlockBuilder, rememberedSince_ms = 0, anyTime = false): Taken | Refusal {
    const bytes = encoding === 'json' ? requestFromJson(body) : body;
    if (isRefusal(bytes)) return bytes;
    const undecodable = decodeRequest(bytes, this.#batch);
    if (undecodable !== null) return undecodable;

    const speaksFor = (service: string) => producer.services.some((glob) => matchesGlob(glob, service));
    const { batch: valid, received, taken, oddTimes, refused } = validate(this.#batch, { speaksFor, backfill: producer.backfill, anyTime }, now_ms, rememberedSince_ms);
    if (taken === 0) return { received, refused, message: refusedMessage(refused), ...NOTHING_STORED };

    const inspected = this.#inspector.inspect(valid);
    if (isRefusal(inspected)) return inspected;
    const minimized = this.#minimizer.minimize(inspected, { tenant: producer.tenant, now_ms });
    const { droppedSpans } = this.#minimizer;
    const left = taken - droppedSpans;
    const allRefused = droppedSpans === 0 ? refused : { ...refused, span_dropped_by_policy: droppedSpans };
    const told = { received, refused: allRefused, message: refusedMessage(allRefused) };
    if (left === 0) return { ...told, ...NOTHING_STORED };
    const builder = blockFor();
    // Last of all, since what is noted as taken has to be in the block.
    const { dropped, ofOthers, reliesOn, versions, versionTraces } = this.#comparer?.compare(minimized, producer, builder.block) ?? NOTHING_COMPARED;
    const counts = left > dropped ? builder.append(minimized, request, producer.id) : {};
    const odd = oddTimes > 0 && left - dropped < taken ? countOddTimes(minimized) : oddTimes;
    return { ...told, stored: left - dropped, dropped, droppedOfOthers: ofOthers, reliesOn, versionTraces, minimized: { ...counts, ...(odd > 0 && { [ODD_TIME]: odd }), ...(versions > 0 && { [SECOND_VERSION]: versions }) } };
  }
}
