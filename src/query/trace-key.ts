/**
 * The key of a trace in the look-up table: the last 8 bytes of its id as a little-endian number, the half that is random in
 * every id scheme.
 */

export function traceKeyOf(traceId: string): bigint {
  return Buffer.from(traceId.slice(16), 'hex').readBigUInt64LE(0);
}

export function low32(key: bigint): number {
  return Number(key & 0xffff_ffffn);
}
