/** Traces that are hard to draw: very many spans, one alone, spans whose parent never came, clocks that disagree; and one that attacks whoever looks at it. */
import { attributesOf, type Json, type Value } from '#harness/exchange';
import { hexFrom, KIND, type SpanFields } from './told-trace.ts';

/** Spans with the resource and scope they were sent under. */
export interface Group {
  readonly service: string;
  readonly resource?: Readonly<Record<string, Value>>;
  readonly scope?: Json;
  readonly spans: readonly SpanFields[];
}

const BIG_SERVICES = ['planner', 'splitter', 'worker', 'reducer', 'archive'] as const;

interface Draft {
  readonly name: string;
  readonly parent?: SpanFields;
  readonly start_ms: number;
  readonly ms: number;
  readonly attributes?: Readonly<Record<string, Value>>;
}

function spanOf(random: () => number, traceId: string, { name, parent, start_ms, ms, attributes = {} }: Draft): SpanFields {
  const start = BigInt(Math.round(start_ms * 1000)) * 1000n;
  return {
    traceId,
    spanId: hexFrom(random, 8),
    ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
    name,
    kind: parent === undefined ? KIND.server : KIND.internal,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(Math.max(1, Math.round(ms * 1e6)))),
    attributes: attributesOf(attributes),
  };
}

/** Deep: a chain of 400. Wide: 12,000 children of one span. The rest a tree of jobs with tasks with steps. */
export function bigTrace(random: () => number, start_ms: number, spans = 50_000): Group[] {
  const traceId = hexFrom(random, 16);
  const root = spanOf(random, traceId, { name: 'nightly import', start_ms, ms: 60_000 });
  const groups = new Map<string, SpanFields[]>(BIG_SERVICES.map((service) => [service, []]));
  groups.get('planner')!.push(root);
  let count = 1;
  const add = (service: (typeof BIG_SERVICES)[number], draft: Draft): SpanFields => {
    const span = spanOf(random, traceId, draft);
    if (count % 97 === 0) span.status = { code: 2, message: 'row refused' };
    if (count % 40 === 0) span.events = [{ timeUnixNano: span.startTimeUnixNano, name: 'checkpoint', attributes: attributesOf({ 'rows.done': count }) }];
    groups.get(service)!.push(span);
    count++;
    return span;
  };
  let link = root;
  for (let depth = 0; depth < Math.min(400, spans / 10); depth++) link = add('splitter', { name: `split ${depth % 10}`, parent: link, start_ms: start_ms + depth, ms: 900 - depth });
  const wide = add('planner', { name: 'fan out', parent: root, start_ms: start_ms + 1_000, ms: 20_000 });
  for (let child = 0; child < spans * 0.24; child++) add('worker', { name: 'row', parent: wide, start_ms: start_ms + 1_000 + random() * 19_000, ms: 1 + random() * 80, attributes: { 'row.number': child } });
  while (count < spans) {
    const at = start_ms + 21_000 + ((count / spans) * 38_000);
    const job = add('planner', { name: 'job', parent: root, start_ms: at, ms: 400 });
    for (let task = 0; task < 8 && count < spans; task++) {
      const inside = add('worker', { name: `task ${task}`, parent: job, start_ms: at + task * 40, ms: 60 });
      for (let step = 0; step < 12 && count < spans; step++) add(step % 3 === 0 ? 'archive' : 'reducer', { name: step % 3 === 0 ? 'write page' : 'reduce', parent: inside, start_ms: at + task * 40 + step * 4, ms: 2 + random() * 5 });
    }
  }
  return [...groups].map(([service, told]) => ({ service, spans: told }));
}

export function oneSpanTrace(random: () => number, start_ms: number): Group[] {
  return [{ service: 'cron', spans: [spanOf(random, hexFrom(random, 16), { name: 'tick', start_ms, ms: 12 })] }];
}

/** A root, and two branches whose parents were lost on the way. */
export function orphanTrace(random: () => number, start_ms: number): Group[] {
  const traceId = hexFrom(random, 16);
  const root = spanOf(random, traceId, { name: 'GET /report', start_ms, ms: 240 });
  const lost = spanOf(random, traceId, { name: 'lost', parent: root, start_ms, ms: 200 });
  const orphans = [40, 120].map((after) => spanOf(random, traceId, { name: `load part ${after}`, parent: { ...lost, spanId: hexFrom(random, 8) }, start_ms: start_ms + after, ms: 60 }));
  const below = spanOf(random, traceId, { name: 'read file', parent: orphans[0]!, start_ms: start_ms + 50, ms: 20 });
  return [{ service: 'reports', spans: [root, spanOf(random, traceId, { name: 'render', parent: root, start_ms: start_ms + 200, ms: 30 })] }, { service: 'storage', spans: [...orphans, below] }];
}

/** The clock of `ledger` is three seconds behind; one of its spans ends before it starts. */
export function skewedTrace(random: () => number, start_ms: number): Group[] {
  const traceId = hexFrom(random, 16);
  const root = spanOf(random, traceId, { name: 'POST /transfer', start_ms, ms: 180 });
  const call = spanOf(random, traceId, { name: 'book', parent: root, start_ms: start_ms + 20, ms: 120 });
  const skewed = spanOf(random, traceId, { name: 'book', parent: call, start_ms: start_ms - 2_970, ms: 90 });
  const backwards = { ...spanOf(random, traceId, { name: 'lock row', parent: skewed, start_ms: start_ms - 2_960, ms: 5 }) };
  backwards.endTimeUnixNano = String(BigInt(backwards.startTimeUnixNano) - 2_000_000n);
  return [{ service: 'banking', spans: [root, call] }, { service: 'ledger', spans: [skewed, backwards] }];
}

/** The pages' scripts would call this if a payload ran; the text says which field it came through. */
export const XSS_WITNESS = 'tracekeepWitness';

/** Ways in which a text becomes a script when a page takes it for markup, for a URL or for code. */
export function xssPayloads(field: string): string[] {
  const call = `window.${XSS_WITNESS}&&window.${XSS_WITNESS}('${field}')`;
  return [
    `<img src=x onerror="${call}">`,
    `"><details open ontoggle="${call}">x</details>`,
    `<script>${call}</script>`,
    `javascript:${call}//https://shop.example/`,
    `</title></textarea></style><iframe srcdoc="<script>parent.${XSS_WITNESS}('${field}')</script>"></iframe>`,
    `' style='x' onfocus='${call.replaceAll("'", '"')}' autofocus='`,
    '${' + call + '}{{constructor.constructor("' + call.replaceAll('"', "'") + '")()}}',
  ];
}

/** One trace per payload, with the payload in every field that a sender fills. */
export function xssTraces(random: () => number, start_ms: number): Group[] {
  return xssPayloads('').flatMap((_payload, way) => {
    const evil = (field: string): string => xssPayloads(field)[way]!;
    const list = (place: string): Json[] => attributesOf({ [evil(`${place} key`)]: evil(`${place} value`), 'url.full': evil(`${place} url`), list: [evil(`${place} list`)], map: { [evil(`${place} map key`)]: evil(`${place} map value`) } });
    const traceId = hexFrom(random, 16);
    const root = spanOf(random, traceId, { name: evil('root name'), start_ms: start_ms - way * 1_000, ms: 50 });
    const child = spanOf(random, traceId, { name: evil('name'), parent: root, start_ms: start_ms - way * 1_000 + 5, ms: 30 });
    for (const span of [root, child]) {
      span.attributes = list('span');
      // W3C Trace Context forbids most of it; OTLP carries any text.
      span.traceState = `a=${evil('trace state')}`;
      span.status = { code: 2, message: evil('status message') };
      span.events = [
        { timeUnixNano: span.startTimeUnixNano, name: evil('event name'), attributes: list('event') },
        { timeUnixNano: span.startTimeUnixNano, name: 'exception', attributes: attributesOf({ 'exception.type': evil('exception type'), 'exception.message': evil('exception message'), 'exception.stacktrace': evil('exception stack') }) },
      ];
      span.links = [{ traceId: hexFrom(random, 16), spanId: hexFrom(random, 8), traceState: `a=${evil('link state')}`, attributes: list('link') }];
    }
    const scope = { name: evil('scope name'), version: evil('scope version'), attributes: list('scope') };
    return [
      { service: evil('service name'), resource: { [evil('resource key')]: evil('resource value'), 'service.version': evil('service version') }, scope, spans: [root] },
      { service: `${evil('other service')}`, resource: { 'deployment.environment.name': evil('environment') }, scope, spans: [child] },
    ];
  });
}
