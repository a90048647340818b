/** Small traces for tests, written as `[id, parent id, service, start, duration]` and more where it matters. */
import { type Outline, readOutline } from './outline.ts';

export interface SampleSpan {
  readonly id: string;
  readonly parent?: string;
  readonly service?: string;
  readonly name?: string;
  readonly start: number;
  readonly duration: number;
  readonly kind?: number;
  readonly status?: number;
}

export function sampleOutline(given: readonly SampleSpan[]): Outline {
  const spans = given.toSorted((left, right) => left.start - right.start || right.duration - left.duration);
  const services = [...new Set(spans.map(({ service = 'a' }) => service))];
  const names = [...new Set(spans.map(({ id, name = id }) => name))];
  const ids = spans.map(({ id }) => id);
  const zeros = spans.map(() => 0);
  return readOutline({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    startTimeUnixNano: '1700000000000000000',
    durationNano: '0',
    more: false,
    services,
    names,
    spans: {
      id: ids,
      parent: spans.map(({ parent }) => (parent === undefined ? -1 : ids.indexOf(parent))),
      service: spans.map(({ service = 'a' }) => services.indexOf(service)),
      name: spans.map(({ id, name = id }) => names.indexOf(name)),
      start: spans.map(({ start }) => start),
      duration: spans.map(({ duration }) => duration),
      kind: spans.map(({ kind = 1 }) => kind),
      status: spans.map(({ status = 0 }) => status),
      events: zeros,
      exceptions: zeros,
      minimized: zeros,
      orphan: spans.map(({ parent }) => (parent !== undefined && !ids.includes(parent) ? 1 : 0)),
      begunOutside: zeros,
    },
    versions: { span: [], version: [], of: [], copies: [], forged: [] },
    eventTimes: { span: [], at: [], error: [] },
    minimized: [],
  });
}

/** The example of a shop: a request, a call that waits for two others side by side, and a message that nobody waits for. */
export const SHOP: readonly SampleSpan[] = [
  { id: 'root', service: 'web', start: 0, duration: 100 },
  { id: 'cart', parent: 'root', service: 'cart', start: 10, duration: 30 },
  { id: 'pay', parent: 'root', service: 'pay', start: 40, duration: 50 },
  { id: 'card', parent: 'pay', service: 'bank', start: 45, duration: 20 },
  { id: 'fraud', parent: 'pay', service: 'fraud', start: 45, duration: 40 },
  { id: 'mail', parent: 'root', service: 'mail', start: 90, duration: 60, kind: 5 },
];
