/** What rules are chosen by: names of a resource as sent, as `validate` reads them. Minimization could otherwise be used to disguise a service. */
import { NONE, type SpanBatch, TYPE } from '#batch';
import { UNKNOWN_SERVICE } from '#model';

export function serviceOf(batch: SpanBatch, resource: number): string {
  return textAt(batch, batch.resourceService[resource]!) || UNKNOWN_SERVICE;
}

/** '' where there is none. */
export function environmentOf(batch: SpanBatch, resource: number): string {
  let earlier = '';
  for (let value = batch.resourceAttributesStart[resource]!; value < batch.resourceAttributesEnd[resource]!; value++) {
    const key = batch.keys.texts[batch.valueKey[value]!];
    if (key === 'deployment.environment.name') return textAt(batch, value);
    if (key === 'deployment.environment') earlier = textAt(batch, value);
  }
  return earlier;
}

function textAt(batch: SpanBatch, value: number): string {
  if (value === NONE || batch.valueType[value] !== TYPE.string) return '';
  return Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset + batch.valueA[value]!, batch.valueB[value]!).toString('utf8');
}
