/**
 * What was opened, held against the evidence: as it is drawn, and not as the server says it, it must come to what each seal commits to. A seal can be checked where all
 * of its values were opened; of others this says nothing.
 */
import { valueOf, type Evidence, type EvidenceBlock, type Opened, type Sealed } from '#evidence';
import { fromBase64, toBase64 } from '#merkle';
import type { SealProof } from '#api/reveal.ts';

/** A seal with what is drawn of it. */
export interface DrawnSeal {
  /** Base64, as in the evidence. */
  readonly text: string;
  readonly salt: string;
  readonly values: readonly { readonly field: string; readonly type: string; readonly text: string }[];
}

type Members = Readonly<Record<string, unknown>>;

const STATUS_MESSAGE = 'status.message';
const FIELD = /^(?:(events|links)\[(\d+)\]\.)?attributes\[(\d+)\]$/u;

/** `spans`: OTLP/JSON, with the values in their places. Of several with one id it is the one that says what the proof says, or else the first. */
export function drawnSeals(spans: readonly { readonly spanId: string }[], proofs: readonly SealProof[]): DrawnSeal[] {
  return proofs.map(({ spanId, text, salt, values }) => {
    const drawn = spans.filter((span) => span.spanId === spanId).map((span) => values.map(({ field }) => drawnAt(span, field)));
    const same = drawn.find((one) => JSON.stringify(one) === JSON.stringify(values.map(({ field, type, text: said }) => ({ field, type, text: said }))));
    return { text, salt, values: same ?? drawn[0] ?? [] };
  });
}

/** The evidence with what is drawn beside its seals; null where something was opened that is no seal of it. */
export function withDrawn(evidence: Evidence, drawn: readonly DrawnSeal[]): Evidence | null {
  const left = new Map(drawn.map((one) => [one.text, one]));
  const open = (seal: Sealed): Sealed => {
    const one = seal.text === undefined ? undefined : left.get(toBase64(seal.text));
    if (one === undefined || seal.digest !== undefined) return seal;
    left.delete(one.text);
    return { key: seal.key, text: seal.text, opened: openedOf(one) };
  };
  const blocks = evidence.blocks.map((block): EvidenceBlock => ({ ...block, spans: block.spans.map((span) => (span.sealed === undefined ? span : { ...span, sealed: span.sealed.map(open) })) }));
  return left.size === 0 ? { ...evidence, blocks } : null;
}

function openedOf({ salt, values }: DrawnSeal): Opened {
  return { salt: fromBase64(salt) ?? new Uint8Array(0), values: values.map(({ field, type, text }) => ({ field, letter: type as Opened['values'][number]['letter'], text })) };
}

function drawnAt(span: object, field: string): DrawnSeal['values'][number] {
  const { attributes, events, links, status } = span as Readonly<Record<'attributes' | 'events' | 'links', readonly Members[] | undefined>> & { readonly status?: Members };
  if (field === STATUS_MESSAGE) return { field, type: 's', text: String(status?.['message'] ?? '') };
  const [, kind, owner, at] = FIELD.exec(field) ?? [];
  const list = kind === undefined ? attributes : (kind === 'events' ? events : links)?.[Number(owner)]?.['attributes'];
  try {
    const { letter, text } = valueOf((list as readonly Members[] | undefined)?.[Number(at)]?.['value']);
    return { field, type: letter, text };
  } catch {
    return { field, type: 'n', text: '' };
  }
}
