/**
 * An evidence document from bytes: one JSON document, read strictly. Reading it says nothing about whether it is true; what a reader of the file would
 * see and what is checked are the same afterwards.
 */
import { HASH_BYTES } from '#merkle';
import { isLetter } from './any-value.ts';
import { Wrong } from './flaw.ts';
import { base64Of, base64TextOf, Hashes, listOf, malformed, membersOf, naturalOf, requiredText, u32Of } from './reading.ts';
import { SALT_BYTES, type Restricted } from './restricted.ts';
import { SEAL_KEY_BYTES, SEAL_SALT_BYTES, type Opened, type Sealed, type SealedValue } from './seals.ts';
import type { Beside, Minimized, PlacedSpan } from './span-entry.ts';
import { parseStrict } from './strict-json.ts';

/** What the member `format` of an evidence document says. */
export const EVIDENCE_FORMAT = 'tracekeep-evidence/1';
/** Of a document: a trace of the largest size with some 2 kB a span. */
export const EVIDENCE_BYTES_MAX = 256 * 1024 * 1024;
/** Of a document: as many as an answer about a trace carries. */
export const EVIDENCE_SPANS_MAX = 100_000;
/** A proof is no longer than the highest tree. */
const PROOF_MAX = 53;
/** As many as a note has signatures. */
const KEYS_MAX = 64;
/** A span has one; more are read so that later versions may have one for each subject. */
const SEALS_MAX = 64;

export interface EvidenceSpan extends Beside {
  /** Its place among all spans of `resourceSpans`. */
  readonly span: number;
  readonly row: number;
  readonly proof: readonly Uint8Array[];
}

export interface EvidenceBlock {
  readonly index: number;
  readonly time_ms: number;
  readonly statement: string;
  readonly closedHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly spans: readonly EvidenceSpan[];
}

export interface Evidence {
  readonly traceId: string;
  readonly origin: string;
  /** A signed note. */
  readonly checkpoint: string;
  /** Verifier keys of its signatures. Nobody trusts them for standing here. */
  readonly keys: readonly string[];
  /** By index. */
  readonly blocks: readonly EvidenceBlock[];
  /** Keys of what was left out. */
  readonly omitted: readonly string[];
  /** In the order of `resourceSpans`. */
  readonly spans: readonly PlacedSpan[];
}

const EVIDENCE = known('format', 'traceId', 'origin', 'checkpoint', 'keys', 'blocks', 'omitted', 'resourceSpans');
const BLOCK = known('index', 'time', 'statement', 'closed', 'proof', 'spans');
const SPAN = known('span', 'row', 'proof', 'producer', 'service', 'minimized', 'restricted', 'sealed');
const MINIMIZED = known('place', 'kind', 'count');
const SEALED = known('key', 'text', 'digest', 'opened');
const OPENED = known('salt', 'values');
const SEALED_VALUE = known('field', 'type', 'text');
const RESTRICTED = known('field', 'salt', 'digest');
const RESOURCE_SPANS = known('resource', 'scopeSpans', 'schemaUrl');
const SCOPE_SPANS = known('scope', 'spans', 'schemaUrl');

/** Throws `Wrong`. */
export function readDocument(bytes: Uint8Array): Evidence {
  if (bytes.length > EVIDENCE_BYTES_MAX) throw new Wrong('document_too_large', `more than ${EVIDENCE_BYTES_MAX} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('not UTF-8');
  }
  const parsed = parseStrict(text);
  if (typeof parsed === 'object' && parsed !== null && 'format' in parsed && parsed.format !== EVIDENCE_FORMAT) throw new Wrong('document_version');
  const document = membersOf(parsed, 'document', EVIDENCE);
  requiredText(document['format'], 'format');
  const hashes = new Hashes();
  return {
    traceId: traceIdOf(document['traceId']),
    origin: requiredText(document['origin'], 'origin'),
    checkpoint: requiredText(document['checkpoint'], 'checkpoint'),
    keys: differentTexts(required(document['keys'], 'keys'), 'keys', KEYS_MAX),
    blocks: ascending(required(document['blocks'], 'blocks').map((block) => readBlock(block, hashes)), ({ index }) => index, 'blocks'),
    omitted: differentTexts(required(document['omitted'], 'omitted'), 'omitted'),
    spans: placedSpans(required(document['resourceSpans'], 'resourceSpans')),
  };
}

function readBlock(value: unknown, hashes: Hashes): EvidenceBlock {
  const block = membersOf(value, 'block', BLOCK);
  return {
    index: naturalOf(block['index'], 'block.index'),
    time_ms: naturalOf(block['time'], 'block.time'),
    statement: requiredText(block['statement'], 'block.statement'),
    closedHash: base64Of(block['closed'], HASH_BYTES, 'block.closed'),
    proof: proofOf(block['proof'], hashes),
    spans: ascending(required(block['spans'], 'block.spans').map((span) => readSpanProof(span, hashes)), ({ row }) => row, 'block.spans'),
  };
}

function readSpanProof(value: unknown, hashes: Hashes): EvidenceSpan {
  const span = membersOf(value, 'block.span', SPAN);
  const service = span['service'] === undefined ? {} : { service: requiredText(span['service'], 'service') };
  return {
    span: naturalOf(span['span'], 'block.span.span'),
    row: naturalOf(span['row'], 'row'),
    proof: proofOf(span['proof'], hashes),
    producer: requiredText(span['producer'], 'producer'),
    ...service,
    minimized: required(span['minimized'], 'minimized').map(readMinimized),
    restricted: required(span['restricted'], 'restricted').map(readRestricted),
    ...(span['sealed'] === undefined ? {} : { sealed: readSeals(span['sealed']) }),
  };
}

/** An empty list would be another way to say that there is none. */
function readSeals(value: unknown): readonly Sealed[] {
  const list = listOf(value, 'sealed');
  if (list.length === 0 || list.length > SEALS_MAX) throw malformed('sealed: none, or too many');
  return list.map((one) => {
    const { key, text, digest, opened } = membersOf(one, 'sealed', SEALED);
    if ((digest === undefined) !== (key !== undefined && text !== undefined) || (digest !== undefined && (key ?? text ?? opened) !== undefined)) throw malformed('sealed: key and text, or digest');
    if (digest !== undefined) return { digest: base64Of(digest, HASH_BYTES, 'sealed.digest') };
    return { key: base64Of(key, SEAL_KEY_BYTES, 'sealed.key'), text: base64TextOf(text, 'sealed.text'), ...(opened === undefined ? {} : { opened: readOpened(opened) }) };
  });
}

function readOpened(value: unknown): Opened {
  const { salt, values } = membersOf(value, 'opened', OPENED);
  const list = required(values, 'opened.values');
  if (list.length === 0) throw malformed('opened.values: none');
  return { salt: base64Of(salt, SEAL_SALT_BYTES, 'opened.salt'), values: list.map(readSealedValue) };
}

function readSealedValue(value: unknown): SealedValue {
  const { field, type, text } = membersOf(value, 'opened.values', SEALED_VALUE);
  // INVARIANT: one byte. The digest has it without a length.
  if (!isLetter(type)) throw malformed('opened.values: type');
  return { field: requiredText(field, 'opened.values.field'), letter: type, text: requiredText(text, 'opened.values.text') };
}

function readMinimized(value: unknown): Minimized {
  const { place, kind, count } = membersOf(value, 'minimized', MINIMIZED);
  return { place: requiredText(place, 'minimized.place'), kind: requiredText(kind, 'minimized.kind'), count: u32Of(count, 'minimized.count') };
}

function readRestricted(value: unknown): Restricted {
  const { field, salt, digest } = membersOf(value, 'restricted', RESTRICTED);
  const name = requiredText(field, 'restricted.field');
  if ((salt === undefined) === (digest === undefined)) throw malformed('restricted: one of salt and digest');
  return salt === undefined ? { field: name, digest: base64Of(digest, HASH_BYTES, 'digest') } : { field: name, salt: base64Of(salt, SALT_BYTES, 'salt') };
}

function differentTexts(list: readonly unknown[], place: string, most = Infinity): readonly string[] {
  if (list.length > most) throw malformed(`${place}: too many`);
  const texts = list.map((text) => requiredText(text, place));
  if (new Set(texts).size !== texts.length) throw malformed(`${place}: one twice`);
  return texts;
}

function placedSpans(resourceSpans: readonly unknown[]): PlacedSpan[] {
  const placed: PlacedSpan[] = [];
  for (const value of resourceSpans) {
    const { resource, scopeSpans, schemaUrl } = membersOf(value, 'resourceSpans', RESOURCE_SPANS);
    for (const scoped of listOf(scopeSpans, 'scopeSpans')) {
      const { scope, spans, schemaUrl: scopeSchemaUrl } = membersOf(scoped, 'scopeSpans', SCOPE_SPANS);
      for (const span of listOf(spans, 'spans')) {
        if (placed.length === EVIDENCE_SPANS_MAX) throw new Wrong('document_too_large', `more than ${EVIDENCE_SPANS_MAX} spans`);
        placed.push({ resource, resourceSchemaUrl: schemaUrl, scope, scopeSchemaUrl, span });
      }
      // Content that no span stands under would be read and not proved.
      if (listOf(spans, 'spans').length === 0) throw malformed('scopeSpans: no span');
    }
    if (listOf(scopeSpans, 'scopeSpans').length === 0) throw malformed('resourceSpans: no span');
  }
  if (placed.length === 0) throw malformed('resourceSpans: no span');
  return placed;
}

/** Each number once, so that nothing is proved twice by the same place. */
function ascending<T>(list: readonly T[], numberOf: (one: T) => number, place: string): readonly T[] {
  for (let at = 1; at < list.length; at++) if (numberOf(list[at - 1]!) >= numberOf(list[at]!)) throw malformed(`${place}: not in order`);
  if (list.length === 0) throw malformed(`${place}: none`);
  return list;
}

function proofOf(value: unknown, hashes: Hashes): readonly Uint8Array[] {
  if (required(value, 'proof').length > PROOF_MAX) throw malformed('proof: too long');
  return hashes.proofOf(value, 'proof');
}

function required(value: unknown, place: string): readonly unknown[] {
  if (value === undefined) throw malformed(place);
  return listOf(value, place);
}

function traceIdOf(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{32}$/u.test(value)) throw malformed('traceId');
  return value;
}

function known(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names);
}
