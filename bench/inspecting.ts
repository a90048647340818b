/** What inspecting the corpus costs: with nothing remembered, as a server does that has run for a while, and with every value known. */
import { performance } from 'node:perf_hooks';
import { KeyTable, SpanBatch, TYPE } from '#batch';
import { Inspector } from '#inspect';
import { decodeRequest } from '#otlp';
import { isRefusal } from '#refusal';
import { Scanner } from '#scanner';
import { RECOGNIZERS } from '#scanner/recognizers';
import { type ValidBatch, validate } from '#validate';
import type { Corpus } from './corpus.ts';
import { medianOf } from './summary.ts';

/** Medians over requests, as in the parts of the pipeline. */
export interface InspectFigures {
  readonly spans: number;
  readonly attributesPerSpan: number;
  readonly valuesPerSpan: number;
  /** Microseconds a span: at the repetition of the corpus; nothing remembered; everything remembered. */
  readonly repetition_us: number;
  readonly first_us: number;
  readonly repeated_us: number;
  /** The first of them as CPU time of this thread, and for twelve attributes. */
  readonly repetition_cpu_us: number;
  readonly ofTwelve_us: number;
  /** Nanoseconds a value, everything remembered. */
  readonly rememberedValue_ns: number;
}

/** Share of the requests by which memory and compiler are warmed up, as on a server that has run for a while. */
const WARM_SHARE = 0.3;
/** So many requests are looked at with nothing remembered: each needs a memory of its own, which is large. */
const FIRST_REQUESTS = 40;
const ATTRIBUTES = 12;

export function measureInspect(corpus: Corpus): InspectFigures {
  const keys = new KeyTable();
  const scanner = new Scanner(RECOGNIZERS, { parts: false });
  const inspector = new Inspector(scanner, keys);
  const times = { repetition: [] as number[], first: [] as number[], repeated: [] as number[], values: [] as number[] };
  const warm = Math.floor(corpus.requests * WARM_SHARE);
  let spans = 0;
  let values = 0;
  let cpu_us = 0;
  let attributes = 0;
  for (let at = 0; at < corpus.requests; at++) {
    const batch = batchOf(corpus, at, keys);
    const before = process.threadCpuUsage();
    const here = timed(inspector, batch);
    const { user, system } = process.threadCpuUsage(before);
    const repeated = timed(inspector, batch);
    if (at < warm) continue;
    spans += batch.spans;
    values += batch.values;
    cpu_us += user + system;
    for (let span = 0; span < batch.spans; span++) attributes += batch.attributesEnd[span]! - batch.attributesStart[span]!;
    times.repetition.push(here / batch.spans);
    times.repeated.push(repeated / batch.spans);
    times.values.push((repeated * 1_000) / batch.values);
  }
  for (let at = 0; at < Math.min(FIRST_REQUESTS, corpus.requests); at++) {
    const batch = batchOf(corpus, at, keys);
    times.first.push(timed(new Inspector(scanner, keys), batch) / batch.spans);
  }
  const repetition_us = medianOf(times.repetition);
  const attributesPerSpan = attributes / spans;
  return {
    spans, attributesPerSpan, valuesPerSpan: values / spans, repetition_us, first_us: medianOf(times.first), repeated_us: medianOf(times.repeated), repetition_cpu_us: cpu_us / spans,
    ofTwelve_us: (repetition_us * ATTRIBUTES) / attributesPerSpan, rememberedValue_ns: medianOf(times.values),
  };
}

/** Texts of the first requests, each once below its key. */
export function distinctTexts(corpus: Corpus, requests: number): { readonly key: string; readonly value: string }[] {
  const keys = new KeyTable();
  const found = new Map<string, { key: string; value: string }>();
  for (let at = 0; at < Math.min(requests, corpus.requests); at++) {
    const batch = batchOf(corpus, at, keys);
    for (let value = 0; value < batch.values; value++) {
      if (batch.valueType[value] !== TYPE.string) continue;
      const start = batch.valueA[value]!;
      const text = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset + start, batch.valueB[value]!).toString('utf8');
      const key = keys.texts[batch.valueKey[value]!]!;
      found.set(`${key}\0${text}`, { key, value: text });
    }
  }
  return [...found.values()];
}

function batchOf(corpus: Corpus, at: number, keys: KeyTable): ValidBatch {
  const batch = new SpanBatch(keys);
  if (decodeRequest(corpus.request(at, 0, corpus.shiftTo(Date.now())).body, batch) !== null) throw new Error('cannot decode the corpus');
  return validate(batch, { speaksFor: () => true, backfill: false }, Date.now()).batch;
}

function timed(inspector: Inspector, batch: ValidBatch): number {
  const before = performance.now();
  if (isRefusal(inspector.inspect(batch))) throw new Error('cannot inspect the corpus');
  return (performance.now() - before) * 1_000;
}
