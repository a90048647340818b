/** Arrays of scalars, as actions on whole values see them: one text each, with what was found in it. */
import { TYPE } from '#batch';
import type { NestedFinding, TextFinding } from '#inspect';

export interface Element {
  /** OTLP/JSON AnyValue. */
  readonly json: Record<string, unknown>;
  /** Null for bytes, which are no text. */
  readonly text: string | null;
  readonly type: number;
  readonly finding: TextFinding | null;
}

/** Null for maps, and for arrays that hold arrays or maps. */
export function elementsOf({ value, leaves }: NestedFinding): readonly Element[] | null {
  const array = value.json['arrayValue'] as { readonly values: readonly Record<string, unknown>[] } | undefined;
  if (array === undefined) return null;
  const found = new Map(leaves.map(({ leaf, finding }) => [leaf.holder, finding]));
  const elements: Element[] = [];
  for (const json of array.values) {
    if ('arrayValue' in json || 'kvlistValue' in json) return null;
    const finding = found.get(json) ?? null;
    elements.push({ json, finding, ...scalarOf(json, finding) });
  }
  return elements;
}

function scalarOf(json: Record<string, unknown>, finding: TextFinding | null): { readonly text: string | null; readonly type: number } {
  if ('bytesValue' in json) return { text: null, type: TYPE.bytes };
  const type = 'intValue' in json ? TYPE.int : 'doubleValue' in json ? TYPE.double : 'boolValue' in json ? TYPE.bool : 'stringValue' in json ? TYPE.string : TYPE.empty;
  return { text: finding?.text ?? String(Object.values(json)[0] ?? ''), type };
}

export function scalarJson(text: string, type: number): Record<string, unknown> {
  if (type === TYPE.int) return { intValue: text };
  return type === TYPE.double ? { doubleValue: Number(text) } : { stringValue: text };
}
