/** What the address of a trace says beyond its id: view, selected span or proof, filter, folded services, focus and the stretch of time looked at. */
import { manyOf, oneOf } from '#frame/address.ts';

export const VIEWS = ['waterfall', 'flame', 'spans', 'operations'] as const;
export type View = (typeof VIEWS)[number];
export type Only = 'all' | 'errors' | 'matches' | 'critical';

export interface TraceAddress {
  readonly view: View;
  /** Id of the selected span, whose details are open. */
  readonly span: string | undefined;
  readonly text: string;
  readonly only: Only;
  readonly foldedServices: readonly string[];
  readonly focus: string | undefined;
  /** Nanoseconds from the start of the trace; null: all of it. */
  readonly zoom: readonly [number, number] | null;
  /** Clocks as they were sent. */
  readonly asSent: boolean;
  /** The proof behind the seal is open, instead of a span. */
  readonly proof: boolean;
  /** Id of an approval that is to be used for this trace. */
  readonly approval: string | undefined;
}

const ZOOM = /^(-?[0-9]{1,16})-(-?[0-9]{1,16})$/;

export function readTraceAddress(search: Readonly<Record<string, unknown>>): TraceAddress {
  const zoom = ZOOM.exec(oneOf(search['zoom']) ?? '');
  const [begin, end] = [Number(zoom?.[1]), Number(zoom?.[2])];
  return {
    view: VIEWS.find((view) => view === oneOf(search['view'])) ?? 'waterfall',
    span: oneOf(search['span']),
    text: oneOf(search['q']) ?? '',
    only: (['errors', 'matches', 'critical'] as const).find((only) => only === oneOf(search['only'])) ?? 'all',
    foldedServices: manyOf(search['fold']),
    focus: oneOf(search['focus']),
    zoom: zoom !== null && end > begin ? [begin, end] : null,
    asSent: oneOf(search['clocks']) === 'sent',
    proof: oneOf(search['proof']) === 'shown',
    approval: oneOf(search['approval']),
  };
}

/** The same as parameters; what is as usual is left out. */
export function writeTraceAddress(address: TraceAddress): Record<string, unknown> {
  const { view, span, text, only, foldedServices, focus, zoom, asSent, proof, approval } = address;
  return {
    view: view === 'waterfall' ? undefined : view,
    span,
    q: text === '' ? undefined : text,
    only: only === 'all' ? undefined : only,
    fold: foldedServices.length === 0 ? undefined : foldedServices,
    focus,
    zoom: zoom === null ? undefined : `${Math.floor(zoom[0])}-${Math.ceil(zoom[1])}`,
    clocks: asSent ? 'sent' : undefined,
    proof: proof ? 'shown' : undefined,
    approval,
  };
}
