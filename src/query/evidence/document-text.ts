/**
 * The evidence document as text (docs/reference/log-format.md, "Evidence"). Each span is read back from its OTLP/JSON as a receiver will read it, and must
 * come to the very bytes that the log has: evidence that could not be verified never goes out.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EVIDENCE_FORMAT, isEvidenceFlaw, SEALED_MARK, sealDigest, spanEntry, STATUS_MESSAGE, type Beside, type Opened, type PlacedSpan, type Sealed } from '#evidence';
import { sha256 } from '#keys/signing';
import type { Span } from '#query/span';
import { groupedJson, resourceOf, scopeOf, spanJson } from '#query/otlp-json';
import type { ProvedRow } from './logged-blocks.ts';
import type { ToldField, ToldSpan } from './omission.ts';
import type { StoredSpan } from './stored-spans.ts';

export interface DocumentSpan {
  readonly stored: StoredSpan;
  readonly leaf: ProvedRow;
  readonly told: ToldSpan;
}

export interface DocumentBlock {
  readonly index: number;
  readonly time_ms: number;
  readonly statement: string;
  readonly closedHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  /** By row. */
  readonly spans: readonly DocumentSpan[];
}

export interface Document {
  readonly traceId: string;
  readonly origin: string;
  readonly note: string;
  /** Verifier keys of its signatures. */
  readonly keys: readonly string[];
  /** By index. */
  readonly blocks: readonly DocumentBlock[];
  readonly omitted: readonly string[];
}

/** `opened`: what seals hold, by their text. */
export async function writeDocument({ traceId, origin, note, keys, blocks, omitted }: Document, opened: ReadonlyMap<string, Opened> = new Map()): Promise<{ readonly json: string; readonly seals: { readonly closed: number; readonly opened: number } }> {
  const shown = blocks
    .flatMap(({ spans }) => spans)
    .map((one) => ({ one, resource: one.told.span.resource, scope: one.told.span.scope }))
    .toSorted((left, right) => compare(left.one.told.span.start, right.one.told.span.start));
  const owners = new Owners();
  const services = new Map<DocumentSpan, string>();
  const seals = new Map(blocks.flatMap(({ spans }) => spans.map((one) => [one, sealsOf(one, opened)] as const)));
  const { resourceSpans, placed } = await groupedJson(shown, ({ one }) => {
    // What was minimized stands beside the span, where it is proved.
    const json = spanJson({ ...one.told.span, minimized: [] });
    const service = readBack(one, json, seals.get(one) ?? [], owners);
    if (service !== null) services.set(one, service);
    return json;
  });
  const places = new Map(placed.map(({ one }, at) => [one, at]));
  const texts: string[] = [];
  for (const block of blocks) {
    texts.push(blockJson(block, places, services, seals));
    await nextTurn();
  }
  const head = { format: EVIDENCE_FORMAT, traceId, origin, checkpoint: note, keys };
  const json = `${JSON.stringify(head).slice(0, -1)},"blocks":[${texts.join(',')}],"omitted":${JSON.stringify(omitted)},"resourceSpans":${resourceSpans}}`;
  const all = [...seals.values()].flat().filter(({ digest }) => digest === undefined);
  const shownSeals = all.filter((seal) => seal.opened !== undefined).length;
  return { json, seals: { closed: all.length - shownSeals, opened: shownSeals } };
}

/** What a span has sealed, as the document has it. Nothing is shown of a seal of which a place was left out. */
function sealsOf({ stored, told }: DocumentSpan, opened: ReadonlyMap<string, Opened>): readonly Sealed[] {
  if (told.leavesSealsOut) return stored.seals.map(({ key, text }) => ({ digest: sealDigest(sha256, key, text) }));
  return stored.seals.map(({ key, text }) => {
    const shown = opened.size === 0 ? undefined : opened.get(base64(text));
    return shown !== undefined && shown.values.every(({ field }) => isSealedAt(told.span, field)) ? { key, text, opened: shown } : { key, text };
  });
}

/** Whether the span says so, of a field as seals name it. */
function isSealedAt({ statusMessage, attributes, events, links }: Span, field: string): boolean {
  if (field === STATUS_MESSAGE) return statusMessage === SEALED_MARK;
  const [, kind, owner, at] = /^(?:(events|links)\[(\d+)\]\.)?attributes\[(\d+)\]$/.exec(field) ?? [];
  const list = kind === undefined ? attributes : (kind === 'events' ? events : links)[Number(owner)]?.attributes;
  const value = list?.[Number(at)];
  return value?.type === 's' && value.text === SEALED_MARK;
}

/** The service, if it is not the one that the resource names. */
function readBack({ stored, leaf, told }: DocumentSpan, json: string, sealed: readonly Sealed[], owners: Owners): string | null {
  const placed: PlacedSpan = { ...owners.of(told.span), span: JSON.parse(json) };
  const beside: Beside = { producer: stored.producer, minimized: told.span.minimized, restricted: told.restricted.map(decoded), ...(sealed.length > 0 && { sealed }) };
  const read = spanEntry(sha256, placed, beside);
  if (isEvidenceFlaw(read)) throw new Error(`cannot write evidence: a span does not read back (${read.flaw})`);
  if (read.service === told.span.service && isSame(read.entry, leaf.entry)) return null;
  const named = spanEntry(sha256, placed, { ...beside, service: told.span.service });
  if (isEvidenceFlaw(named) || !isSame(named.entry, leaf.entry)) throw new Error('cannot write evidence: a span does not read back as it is stored');
  return told.span.service;
}

/** Resources and scopes as a receiver reads them, each parsed once. */
class Owners {
  readonly #resources = new Map<string, { readonly resource: unknown; readonly resourceSchemaUrl: unknown }>();
  readonly #scopes = new Map<string, { readonly scope: unknown; readonly scopeSchemaUrl: unknown }>();

  of({ resource, scope }: { readonly resource: string; readonly scope: string }): Omit<PlacedSpan, 'span'> {
    let ofResource = this.#resources.get(resource);
    if (ofResource === undefined) {
      const { json, schemaUrl } = resourceOf(resource);
      this.#resources.set(resource, (ofResource = { resource: JSON.parse(json), resourceSchemaUrl: schemaUrl }));
    }
    let ofScope = this.#scopes.get(scope);
    if (ofScope === undefined) {
      const { json, schemaUrl } = scopeOf(scope);
      this.#scopes.set(scope, (ofScope = { scope: JSON.parse(json), scopeSchemaUrl: schemaUrl }));
    }
    return { ...ofResource, ...ofScope };
  }
}

function blockJson({ index, time_ms, statement, closedHash, proof, spans }: DocumentBlock, places: ReadonlyMap<DocumentSpan, number>, services: ReadonlyMap<DocumentSpan, string>, seals: ReadonlyMap<DocumentSpan, readonly Sealed[]>): string {
  const texts = spans.map((one) => {
    const service = services.get(one);
    const sealed = seals.get(one) ?? [];
    return JSON.stringify({
      span: places.get(one), row: one.leaf.row, proof: one.leaf.proof.map(base64), producer: one.stored.producer,
      ...(service === undefined ? {} : { service }),
      minimized: one.told.span.minimized, restricted: one.told.restricted,
      ...(sealed.length > 0 && { sealed: sealed.map(sealJson) }),
    });
  });
  const head = { index, time: time_ms, statement, closed: base64(closedHash), proof: proof.map(base64) };
  return `${JSON.stringify(head).slice(0, -1)},"spans":[${texts.join(',')}]}`;
}

function decoded(told: ToldField): { readonly field: string; readonly salt?: Uint8Array; readonly digest?: Uint8Array } {
  return 'salt' in told ? { field: told.field, salt: Buffer.from(told.salt, 'base64') } : { field: told.field, digest: Buffer.from(told.digest, 'base64') };
}

function sealJson({ key, text, digest, opened }: Sealed): object {
  if (digest !== undefined) return { digest: base64(digest) };
  return { key: base64(key), text: base64(text), ...(opened && { opened: { salt: base64(opened.salt), values: opened.values.map(({ field, letter, text: value }) => ({ field, type: letter, text: value })) } }) };
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function compare(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
