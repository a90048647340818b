/** What a request says about what it is going to read, for the log: ids as they are, what is searched for as a digest only. */
import { RECORDED, type Action } from '#access';
import type { Reader } from '#model';
import type { Records } from '#records';
import type { Refusal } from '#refusal';
import type { FastifyRequest } from 'fastify';

export type ReadRecorder = Pick<Records, 'read' | 'digestOf'>;

/** Trace ids, span ids, ids of findings. */
const ID = /^(?:[0-9a-f]{32}|[0-9a-f]{16}|f_[0-9a-f]{16})$/i;

/** True when it is recorded, or need not be; else the refusal. */
export function recordRead(recorder: ReadRecorder, request: FastifyRequest, reader: Reader, action: string): true | Refusal {
  if (!Object.hasOwn(RECORDED, action) || !RECORDED[action as Action]) return true;
  const { method, url: path } = request.routeOptions;
  const at = request.url.indexOf('?');
  return recorder.read({ reader, action, route: `${String(method)} ${path ?? ''}`, ids: idsOf(request), query: recorder.digestOf(at === -1 ? '' : request.url.slice(at + 1)) });
}

/** Of the path, and of Jaeger's search by ids. Attacker-controlled: what is no id is not kept. */
function idsOf({ params, query }: FastifyRequest): readonly string[] {
  const asked = typeof query === 'object' && query !== null && 'traceID' in query ? [query.traceID].flat() : [];
  return [...Object.values(params ?? {}), ...asked].filter((text): text is string => typeof text === 'string' && ID.test(text)).map((text) => text.toLowerCase());
}
