/** Attributes of a resource or scope, which the store keeps as OTLP/JSON text. The text is our own, what is in it was sent. */
import type { AttributeType } from './keys.ts';

export interface OwnerAttribute {
  readonly key: string;
  readonly type: AttributeType;
  /** '' for arrays and maps, which cannot be searched for as a whole. */
  readonly text: string;
}

const TYPES: Readonly<Record<string, AttributeType>> = { stringValue: 'string', intValue: 'int', doubleValue: 'double', boolValue: 'bool', bytesValue: 'bytes', arrayValue: 'array', kvlistValue: 'map' };

export function ownerAttributes(json: string): OwnerAttribute[] {
  const owner = JSON.parse(json) as { readonly attributes?: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[] };
  return (owner.attributes ?? []).map(({ key, value }) => {
    const [[field, content] = ['', '']] = Object.entries(value);
    return { key, type: TYPES[field] ?? 'empty', text: typeof content === 'object' ? '' : String(content) };
  });
}
