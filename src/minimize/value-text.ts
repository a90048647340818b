/** A value of the batch as actions on whole values see it: its bytes if it has some, and its text, numbers as they are stored. */
import { type SpanBatch, TYPE } from '#batch';

/** The bytes of a value that has some; null for numbers and the like. */
export function rawOf({ bytes, valueType, valueA, valueB }: SpanBatch, value: number): Buffer | null {
  const type = valueType[value]!;
  if (type === TYPE.int || type === TYPE.double || type === TYPE.bool || type === TYPE.empty) return null;
  return Buffer.from(bytes.buffer, bytes.byteOffset + valueA[value]!, valueB[value]!);
}

/** Of a value in which nothing was found: what is harmful is a finding. */
export function textOf({ valueType, valueA, valueB }: SpanBatch, value: number, raw: Buffer | null): string {
  if (raw !== null) return raw.toString('utf8');
  const low = valueA[value]!;
  const high = valueB[value]!;
  switch (valueType[value]) {
    case TYPE.int:
      return high === 0 ? String(low) : String((BigInt(high | 0) << 32n) | BigInt(low));
    case TYPE.double:
      HALVES[0] = low;
      HALVES[1] = high;
      return Object.is(DOUBLE[0], -0) ? '-0' : String(DOUBLE[0]);
    case TYPE.bool:
      return low === 1 ? 'true' : 'false';
    default:
      return '';
  }
}

const DOUBLE = new Float64Array(1);
const HALVES = new Uint32Array(DOUBLE.buffer);
