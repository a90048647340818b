/** Fills a running server with something to look at, by OTLP, the same for the same seed but for the moment it ends at. */
import assert from 'node:assert/strict';
import { exportOf, type Json } from '#harness/exchange';
import { bigTrace, type Group, oneSpanTrace, orphanTrace, skewedTrace, xssTraces } from './odd-traces.ts';
import { shopTrace } from './shop-traces.ts';
import { randomFrom, type SpanFields } from './told-trace.ts';

export const SEEDS = ['shop', 'some', 'few', 'hours', 'empty', 'one', 'thousands', 'big', 'xss', 'sealed'] as const;
export type SeedName = (typeof SEEDS)[number];

export interface SeedTarget {
  /** `http://127.0.0.1:PORT` of OTLP/HTTP. */
  readonly otlpHttp: string;
  readonly key: string;
  /** Where a policy is applied before what it is about is sent. */
  readonly console?: { readonly url: string; readonly token: string };
}

export interface Planted {
  /** Trace ids by what they show: `checkout`, `failed`, `slow`, `big`, `one`, `orphans`, `skewed`, `xss`. */
  readonly traces: Readonly<Record<string, string>>;
  readonly spans: number;
}

const HOUR_MS = 3_600_000;
const SPANS_PER_EXPORT = 4_000;

/** The database's bad quarter of an hour within the seeded hour. */
const SLOW_FROM = 0.55;
const SLOW_TO = 0.7;
/** From here on the cart sends what it did not send before. */
const RELEASED_FROM = 0.88;

export async function plant(target: SeedTarget, name: SeedName, end_ms: number, seed = 1): Promise<Planted> {
  const random = randomFrom(seed);
  if (name === 'empty') return { traces: {}, spans: 0 };
  if (name === 'one') return planted(target, { one: oneSpanTrace(random, end_ms - 60_000) });
  if (name === 'xss') return planted(target, { xss: xssTraces(random, end_ms - 60_000) });
  if (name === 'sealed' && target.console !== undefined) await sealPeople(target.console);
  const odd = {
    one: oneSpanTrace(random, end_ms - 300_000),
    orphans: orphanTrace(random, end_ms - 240_000),
    skewed: skewedTrace(random, end_ms - 200_000),
    ...(name === 'big' ? { big: bigTrace(random, end_ms - 120_000) } : {}),
  };
  const shop = shopTraffic(random, { from_ms: end_ms - (name === 'hours' ? 2 : 1) * HOUR_MS, to_ms: end_ms - 2_000, traces: { shop: 2_000, some: 500, few: 60, hours: 4_000, big: 200, thousands: 8_000, sealed: 60 }[name] });
  const oddly = await planted(target, odd);
  const rest = await planted(target, { shop: shop.groups });
  return { traces: { ...oddly.traces, ...shop.telling }, spans: oddly.spans + rest.spans };
}

/** People are sealed; what logs say of them opens with a second person alone. */
export const SEALING_POLICY = `version: 2
rules:
  - id: whose
    reason: who it was is for investigators
    keys: [enduser.id, mail.to]
    action: { seal: { subject: true } }
  - id: said
    reason: what was written about a customer takes two to open
    keys: [log.message]
    action: { seal: { approval: second-person } }
  - id: everything-recognized
    recognized: any
    action: replace
`;

async function sealPeople({ url, token }: NonNullable<SeedTarget['console']>): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const { digest } = (await (await fetch(`${url}/api/v1/policy`, { headers })).json()) as { readonly digest: string };
  const answer = await fetch(`${url}/api/v1/policy/apply`, { method: 'POST', headers, body: JSON.stringify({ text: SEALING_POLICY, note: 'people are sealed', base: digest }) });
  assert.equal(answer.status, 200, await answer.text());
}

export interface Traffic {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly traces: number;
}

/** Traffic for a stretch of time, and the traces worth opening. */
export function shopTraffic(random: () => number, { from_ms, to_ms, traces }: Traffic): { groups: Group[]; telling: Record<string, string> } {
  const services = new Map<string, SpanFields[]>();
  const telling: Record<string, string> = {};
  for (let at = 0; at < traces; at++) {
    const share = (at + random()) / traces;
    const slow = traces > 100 && share > SLOW_FROM && share < SLOW_TO;
    const told = shopTrace(random, from_ms + share * (to_ms - from_ms), slow, share > RELEASED_FROM);
    if (told.spans.has('mailer')) telling[slow ? 'slow' : 'checkout'] = told.traceId;
    else if (told.spans.has('payment')) telling['declined'] = told.traceId;
    else if (told.spans.has('checkout')) telling['failed'] = told.traceId;
    for (const [service, spans] of told.spans) {
      const all = services.get(service);
      if (all === undefined) services.set(service, [...spans]);
      else all.push(...spans);
    }
  }
  const resource = { 'service.namespace': 'shop', 'deployment.environment.name': 'demo', 'telemetry.sdk.language': 'nodejs' };
  const groups = [...services].map(([service, spans]) => ({ service, resource: { ...resource, 'service.version': service === 'inventory' ? '2.1.0' : '1.4.2' }, scope: { name: '@opentelemetry/instrumentation-http', version: '0.220.0' }, spans }));
  return { groups, telling };
}

/** Sends what was made; a request that is not taken whole fails. */
export async function sendGroups({ otlpHttp, key }: SeedTarget, groups: readonly Group[]): Promise<number> {
  let sent = 0;
  for (const { service, resource = {}, scope, spans } of groups) {
    for (let from = 0; from < spans.length; from += SPANS_PER_EXPORT) {
      const part = spans.slice(from, from + SPANS_PER_EXPORT);
      const [resourceSpans] = exportOf(part as unknown as Json[], service, resource)['resourceSpans'] as [Json];
      const body = scope === undefined ? { resourceSpans: [resourceSpans] } : { resourceSpans: [{ ...resourceSpans, scopeSpans: [{ scope, spans: part }] }] };
      const response = await fetch(`${otlpHttp}/v1/traces`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` }, body: JSON.stringify(body) });
      const text = await response.text();
      assert.ok(response.status === 200 && text === '{}', `cannot plant the spans of ${service.slice(0, 40)}: ${response.status} ${text}`);
      sent += part.length;
    }
  }
  return sent;
}

async function planted(target: SeedTarget, made: Readonly<Record<string, Group[]>>): Promise<Planted> {
  let spans = 0;
  for (const groups of Object.values(made)) spans += await sendGroups(target, groups);
  return { traces: Object.fromEntries(Object.entries(made).map(([name, groups]) => [name, groups[0]!.spans[0]!.traceId])), spans };
}
