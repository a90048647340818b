/** OTLP 1.11: requests in, answers out, in protobuf and JSON. */
export { decodeRequest } from './decode.ts';
export { CUT, decodeNested, doubleJson } from './any-value.ts';
export type { Leaf, NestedValue } from './any-value.ts';
export { type Encoding, exportAnswer, statusAnswer } from './answer.ts';
export { requestFromJson } from './json-request.ts';

/** OTLP 1.11 §OTLP/HTTP: the media type of each encoding, for requests and answers alike. */
export const MEDIA_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
