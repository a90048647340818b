/**
 * What the tests of this folder share: a log in memory with blocks of spans, and evidence about them. It is made from OTLP/JSON without the code of
 * the store, and its trees are those of RFC 6962 without any cleverness.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';
import { isFlaw, KEY_TYPES, leafHash, printCheckpoint, printNote, printVkey, signNote, toBase64, verifierOf, type KeyTypeByte, type Verifier } from '#merkle';
import { naivePath, naiveRoot, sha256, verifyNatively } from '#merkle/testing';
import { entryBytes, textHash } from './entry.ts';
import { checkEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence, spanEntry, type Beside, type EvidenceFlaw, type PlacedSpan, type Proved, type Restricted } from './evidence.ts';
import { EVIDENCE_FORMAT } from './document.ts';
import { restrictedDigest } from './restricted.ts';
import { sealCommitment, sealDigest, SEALED_VALUES, type OpenedValue, type Sealed } from './seals.ts';
import { valueOf } from './any-value.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export const ORIGIN = 'tracekeep.example/one';
export const TRACE = '5b8efff798038103d269b633813fc60c';

/** A key pair that is always the same for a name. */
export function keyOf(name: string, origin = ORIGIN, type: KeyTypeByte = 0x01): { readonly verifier: Verifier; readonly vkey: string; readonly sign: (message: Uint8Array) => Uint8Array } {
  const seed = Buffer.from(hkdfSync('sha256', name, '', 'key of a test', 32));
  const { algorithm } = KEY_TYPES[type];
  const privateKey = algorithm === 'ed25519' ? createPrivateKey({ key: seed, format: 'raw-private', asymmetricKeyType: algorithm }) : createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType: algorithm });
  const verifier = verifierOf(sha256, origin, type, createPublicKey(privateKey).export({ format: 'raw-public' }));
  if (isFlaw(verifier)) throw new Error('cannot make a key');
  return { verifier, vkey: printVkey(verifier), sign: (message) => sign(null, message, privateKey) };
}

/** The key that signs if nothing else is said. */
export const LOG = keyOf('log').verifier;

/** One span of a block, with what the store knows of it. */
export interface StoredSpan {
  readonly placed: PlacedSpan & { readonly span: JsonObject; readonly resource: JsonObject; readonly scope: JsonObject };
  readonly producer?: string;
  readonly service?: string;
  readonly minimized?: Beside['minimized'];
  /** What it has sealed. */
  readonly sealed?: readonly OpenedValue[];
}

export interface TestLog {
  /** Blocks of spans, each with so many rows of other traces before every span. */
  readonly blocks: readonly (readonly StoredSpan[])[];
  readonly others?: number;
  /** Keys that are restricted. */
  readonly restricted?: (key: string) => boolean;
  readonly origin?: string;
  readonly key?: string;
  /** The log signs with ML-DSA-44 too, as real ones do. */
  readonly quantum?: boolean;
  /** Names of witnesses that cosigned. */
  readonly witnesses?: readonly string[];
  /** How evidence has what is sealed; closed if nothing is said. */
  readonly seals?: 'closed' | 'opened' | 'left out';
  /** Entries after the last block. */
  readonly later?: number;
}

/** Evidence about every span of the blocks, as an object that a test may change. */
export function evidenceOf(log: TestLog, omit: readonly string[] = []): JsonObject {
  const { others = 3, restricted = () => false, origin = ORIGIN, later = 2, seals = 'closed' } = log;
  const entries: Uint8Array[] = [sha256(Buffer.from('an entry before'))];
  const proved: { readonly at: number; readonly member: JsonObject }[] = [];
  const shown: StoredSpan[] = [];
  const omitted = new Set<string>();
  for (const [number, spans] of log.blocks.entries()) {
    const leaves: Uint8Array[] = [];
    const members = spans.map((stored) => {
      for (let other = 0; other < others; other++) leaves.push(leafHash(sha256, Buffer.from(`block ${number}, another span ${leaves.length}`)));
      const { fields, placed, left } = withRestricted(stored, restricted, omit, `${number} ${leaves.length}`);
      left.forEach((key) => omitted.add(key));
      const sealed = stored.sealed === undefined ? [] : [sealOf(stored.sealed, seals, `${number} ${leaves.length}`)];
      if (sealed.length > 0 && seals === 'left out') omitted.add(SEALED_VALUES);
      const beside: Beside = { producer: stored.producer ?? 'p_0123456789abcdef', minimized: stored.minimized ?? [], restricted: fields, ...(stored.service === undefined ? {} : { service: stored.service }), ...(sealed.length === 0 ? {} : { sealed }) };
      const read = spanEntry(sha256, placed, beside);
      if (isEvidenceFlaw(read)) throw new Error(`cannot make evidence: ${JSON.stringify(read)}`);
      const row = leaves.push(leafHash(sha256, read.entry)) - 1;
      shown.push({ ...stored, placed });
      return { beside, row, span: shown.length - 1 };
    });
    const tree = treeOf(leaves);
    const statement = JSON.stringify({ tenant: 'default', block: number + 1, rows: leaves.length, day: 20_421, retention: 'default', first: '1', last: '2', root: toBase64(tree.root), policy: 'ab'.repeat(32) });
    const body = { type: 1, time_ms: 1_764_450_000_000 + number, statement, closed: JSON.stringify({ salt: `salt of ${number}` }) };
    const at = entries.push(leafHash(sha256, entryBytes(body, sha256))) - 1;
    proved.push({
      at,
      member: {
        index: at, time: body.time_ms, statement, closed: toBase64(textHash(sha256, body.closed)), proof: [],
        spans: members.map(({ beside, row, span }) => ({ span, row, proof: tree.proof(row), ...besideJson(beside) })),
      },
    });
  }
  for (let other = 0; other < later; other++) entries.push(sha256(Buffer.from(`an entry after ${other}`)));
  const tree = treeOf(entries);
  return {
    format: EVIDENCE_FORMAT, traceId: TRACE, origin,
    ...signedCheckpoint(entries.length, tree.root, origin, log),
    blocks: proved.map(({ at, member }) => ({ ...member, proof: tree.proof(at) })),
    omitted: [...omitted],
    resourceSpans: shown.map(({ placed }) => ({ resource: placed.resource, scopeSpans: [{ scope: placed.scope, spans: [placed.span], ...schema(placed.scopeSchemaUrl) }], ...schema(placed.resourceSchemaUrl) })),
  };
}

/** As the server writes it: `JSON.stringify` alone forgets the sign of -0. */
export function bytesOf(document: JsonObject): Uint8Array {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };
  return Buffer.from(JSON.stringify(document, (_, value: unknown) => (Object.is(value, -0) ? rawJSON('-0.0') : value)));
}

function signedCheckpoint(size: number, root: Uint8Array, origin: string, { key = 'log', quantum = false, witnesses = [] }: TestLog): { checkpoint: string; keys: string[] } {
  const text = printCheckpoint({ origin, size, root, extensions: [] });
  if (isFlaw(text)) throw new Error('cannot print a checkpoint');
  const keys = [keyOf(key, origin), ...(quantum ? [keyOf(key, origin, 0x06)] : []), ...witnesses.map((name) => keyOf(name, name, 0x04))];
  const signatures = keys.map((one, at) => signNote(text, one.verifier, one.sign, at === 0 ? 0 : 1_764_450_010)).flatMap((signature) => (isFlaw(signature) ? [] : [signature]));
  const note = printNote(text, signatures);
  if (isFlaw(note) || signatures.length < keys.length) throw new Error('cannot sign a checkpoint');
  return { checkpoint: note, keys: keys.map(({ vkey }) => vkey) };
}

function treeOf(leaves: readonly Uint8Array[]): { readonly root: Uint8Array; readonly proof: (index: number) => string[] } {
  return { root: naiveRoot(leaves), proof: (index) => naivePath(index, leaves).map(toBase64) };
}

/** The restricted fields of a span, and the span without the values that are left out. */
function withRestricted(stored: StoredSpan, restricted: (key: string) => boolean, omit: readonly string[], row: string): { readonly fields: Restricted[]; readonly placed: StoredSpan['placed']; readonly left: string[] } {
  const fields: Restricted[] = [];
  const left: string[] = [];
  const placed = structuredClone(stored.placed) as StoredSpan['placed'];
  const take = (key: string, field: string, letter: string, text: string, remove: () => void): void => {
    if (!restricted(key)) return;
    const salt = sha256(Buffer.from(`salt ${row} ${field}`)).subarray(0, 16);
    if (!omit.includes(key)) fields.push({ field, salt });
    else {
      fields.push({ field, digest: restrictedDigest(sha256, salt, letter, text) });
      left.push(key);
      remove();
    }
  };
  const list = (owner: JsonObject, name: string): void => {
    for (const [at, attribute] of ((owner['attributes'] ?? []) as { key: string; value: Json }[]).entries()) {
      const { letter, text } = valueOf(attribute.value);
      take(attribute.key, `${name}[${at}]`, letter, text, () => (attribute.value = {}));
    }
  };
  const { span, resource, scope } = placed;
  list(resource, 'resource.attributes');
  list(scope, 'scope.attributes');
  const status = (span['status'] ?? {}) as { message?: string };
  if (status.message !== undefined && status.message !== '') take('status.message', 'status.message', 's', status.message, () => delete status.message);
  list(span, 'attributes');
  for (const [at, event] of ((span['events'] ?? []) as JsonObject[]).entries()) list(event, `events[${at}].attributes`);
  for (const [at, link] of ((span['links'] ?? []) as JsonObject[]).entries()) list(link, `links[${at}].attributes`);
  return { fields, placed, left };
}

/** A seal as it is stored: nobody has a key for it. */
export function sealOf(values: readonly OpenedValue[], how: NonNullable<TestLog['seals']>, place: string): Sealed {
  const opened = { salt: sha256(Buffer.from(`salt of the seal ${place}`)).subarray(0, 16), values };
  const key = sha256(Buffer.from(`key ${place}`)).subarray(0, 8);
  const text = Buffer.concat([Uint8Array.of(1), Buffer.alloc(12, 7), sealCommitment(sha256, opened), sha256(Buffer.from(`ciphertext ${place}`)), Buffer.alloc(16, 9)]);
  return how === 'left out' ? { digest: sealDigest(sha256, key, text) } : { key, text, ...(how === 'opened' && { opened }) };
}

function besideJson({ producer, service, minimized, restricted, sealed }: Beside): JsonObject {
  return {
    producer,
    ...(service === undefined ? {} : { service }),
    minimized: minimized.map((one) => ({ ...one })),
    restricted: restricted.map(({ field, salt, digest }) => (salt === undefined ? { field, digest: toBase64(digest!) } : { field, salt: toBase64(salt) })),
    ...(sealed === undefined ? {} : { sealed: sealed.map(sealJson) }),
  };
}

function sealJson({ key, text, digest, opened }: Sealed): JsonObject {
  if (digest !== undefined) return { digest: toBase64(digest) };
  const shown = opened && { salt: toBase64(opened.salt), values: opened.values.map(({ field, letter, text: said }) => ({ field, type: letter, text: said })) };
  return { key: toBase64(key), text: toBase64(text), ...(shown && { opened: shown }) };
}

function schema(url: unknown): JsonObject {
  return typeof url === 'string' ? { schemaUrl: url } : {};
}

/** What is said to whoever has these keys. */
export function answerTo(document: JsonObject | Uint8Array | string, keys: readonly Verifier[] = [LOG]): Proved | EvidenceFlaw {
  const bytes = typeof document === 'string' ? Buffer.from(document) : document instanceof Uint8Array ? document : bytesOf(document);
  const evidence = parseEvidence(bytes);
  return isEvidenceFlaw(evidence) ? evidence : checkEvidence(evidence, keys, sha256, verifyNatively);
}

export function proved(document: JsonObject, keys?: readonly Verifier[]): Proved {
  const answer = answerTo(document, keys);
  if (isEvidenceFlaw(answer)) throw new Error(`not proved: ${evidenceFlawText(answer)}`);
  return answer;
}

export function flawOf(document: JsonObject | Uint8Array | string, keys?: readonly Verifier[]): string {
  const answer = answerTo(document, keys);
  return isEvidenceFlaw(answer) ? answer.flaw : 'proved';
}
