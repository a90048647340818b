/**
 * What evidence proves, what was left out and what it does not prove, in words for whoever was handed the file; and the same for machines. Texts of spans
 * are of whoever sent them: none of them may move the cursor or hide another.
 */
import type { Proved, ProvedSpan } from '#evidence';
import { KEY_TYPES, type Claim } from '#merkle';
import { safeText } from '#query/terminal-text';

/** So many names of services or fields, and values that were sealed, are written out. */
const NAMED_MAX = 12;
const VALUE_CHARS_MAX = 200;

export interface Witnessed {
  /** Witnesses that cosigned, and how many were asked for. */
  readonly cosigned: number;
  readonly quorum: number;
}

export function reportText(proved: Proved, witnessed: Witnessed): string {
  const { spans, blocks, checkpoint, omitted, pinned, traceId } = proved;
  const log = safeText(checkpoint.origin);
  const lines = [
    pinned ? `Verified: ${spansText(spans.length)} of trace ${traceId} as the log ${log} has them.` : `Key not pinned: ${spansText(spans.length)} of trace ${traceId} agree with the checkpoint in the file, and nobody vouches for that checkpoint.`,
    '',
    line('services', named([...new Set(spans.map(({ service }) => service))])),
    line('spans began', period(spans.map(({ start }) => Number(start / 1_000_000n)))),
    line('stored', `${period(blocks.map(({ time_ms }) => time_ms))} by the clock of the log, in ${blocks.length === 1 ? '1 block' : `${blocks.length} blocks`} of tenant ${named([...new Set(blocks.map(({ tenant }) => tenant))])}`),
    line('policy', `${named([...new Set(blocks.map(({ policy }) => policy))])} (SHA-256 of what was in force; the log has it whole)`),
    line('checkpoint', `of ${checkpoint.size} entries`),
    ...proved.claims.map((claim) => line('  signed', signedText(claim))),
    ...(witnessed.quorum === 0 ? [] : [line('witnesses', `${witnessed.cosigned} cosigned of the ${witnessed.quorum} that are asked for`)]),
    ...repeatedLines(spans),
    ...sealedLine(spans),
    ...openedLines(spans),
    line('left out', omitted.length === 0 ? 'nothing' : named(omitted.map(({ key, values }) => `${key} (${values === 1 ? '1 value' : `${values} values`})`))),
    '',
    'Not proved: that the trace had no other spans, that what was sent is true, and when this file was made.',
  ];
  if (!pinned) lines.push('To know whose log this is, get its key from somebody you trust (tracekeep log vkeys) and add --key.');
  return lines.join('\n');
}

export function reportJson(proved: Proved, witnessed: Witnessed, verified: boolean): string {
  const { traceId, checkpoint, claims, spans, blocks, omitted, pinned } = proved;
  const report = {
    verified, pinned, traceId,
    checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: base64(checkpoint.root) },
    signatures: claims.map(({ verifier, time_s }) => ({ name: verifier.name, algorithm: KEY_TYPES[verifier.type].algorithm, time: time_s === undefined || time_s === 0 ? null : new Date(time_s * 1000).toISOString() })),
    witnesses: witnessed,
    blocks: blocks.map(({ index, time_ms, tenant, block, rows, root, policy, spans: count }) => ({ index, time: new Date(time_ms).toISOString(), tenant, block, rows, root: base64(root), policy, spans: count })),
    spans: spans.map(({ spanId, service, name, start, index, row, producer, leftOut, sealed, opened }) => ({ spanId, service, name, startTimeUnixNano: start.toString(), index, row, producer, leftOut, sealed, opened: opened.map(({ key, field, letter, text }) => ({ key, field, type: letter, text })) })),
    repeated: repeatedIds(spans).map(([spanId, copies]) => ({ spanId, stored: copies.map(({ index, row }) => ({ index, row })) })),
    omitted,
  };
  return JSON.stringify(report);
}

/** Ids under which more than one span is stored, each with its spans in the order in which the log has them. */
function repeatedIds(spans: readonly ProvedSpan[]): [string, ProvedSpan[]][] {
  const byId = Map.groupBy(spans, ({ spanId }) => spanId);
  return [...byId].filter(([, copies]) => copies.length > 1).map(([spanId, copies]) => [spanId, copies.toSorted((a, b) => a.index - b.index || a.row - b.row)]);
}

function sealedLine(spans: readonly ProvedSpan[]): string[] {
  const count = spans.filter(({ sealed }) => sealed > 0).length;
  return count === 0 ? [] : [line('sealed', `values of ${spansText(count)} are here as the text that closes them, which is proved; what it says is not to be seen`)];
}

function openedLines(spans: readonly ProvedSpan[]): string[] {
  const all = spans.flatMap(({ spanId, opened }) => opened.map((value) => ({ spanId, ...value })));
  if (all.length === 0) return [];
  const count = spans.filter(({ opened }) => opened.length > 0).length;
  const more = all.length - NAMED_MAX;
  return [
    line('opened', `${all.length === 1 ? '1 value' : `${all.length} values`} of ${spansText(count)} had been sealed and stand here, proved to be what was sealed:`),
    ...all.slice(0, NAMED_MAX).map(({ spanId, key, field, text }) => line('', `span ${spanId}  ${placeText(field)}${safeText(key)} = ${safeText(text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text) || '(empty)'}`)),
    ...(more > 0 ? [line('', `and ${more} more (--json has all)`)] : []),
  ];
}

/** `events[0].` of what stands in the first event: an attribute of the span may have the same key. */
function placeText(field: string): string {
  return /^(?:events|links)\[\d+\]\./.exec(field)?.[0] ?? '';
}

function repeatedLines(spans: readonly ProvedSpan[]): string[] {
  return repeatedIds(spans).slice(0, NAMED_MAX).map(([spanId, [first, ...others]]) => {
    const times = others.length === 1 ? 'twice' : `${others.length + 1} times`;
    return line('stored again', `span ${spanId} stands here ${times}: entry ${first?.index ?? ''} has what was stored first, and whatever is not equal to it may be forged`);
  });
}

function signedText({ verifier, time_s }: Claim): string {
  const when = time_s === undefined || time_s === 0 ? '' : `, at ${isoTime(time_s * 1000)} by its own clock`;
  return `by ${safeText(verifier.name)} (${KEY_TYPES[verifier.type].algorithm === 'ed25519' ? 'Ed25519' : 'ML-DSA-44'})${when}`;
}

function spansText(count: ProvedSpan[]['length']): string {
  return count === 1 ? '1 span' : `${count} spans`;
}

function period(times_ms: readonly number[]): string {
  const first = times_ms.reduce((left, right) => Math.min(left, right));
  const last = times_ms.reduce((left, right) => Math.max(left, right));
  return first === last ? isoTime(first) : `${isoTime(first)} to ${isoTime(last)}`;
}

/** A time that no calendar has is written as its number. */
function isoTime(time_ms: number): string {
  return Math.abs(time_ms) <= 8.64e15 ? new Date(time_ms).toISOString() : `${time_ms} ms since 1970`;
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).map((name) => safeText(name) || '(empty)');
  return names.length > NAMED_MAX ? `${shown.join(', ')} and ${names.length - NAMED_MAX} more` : shown.join(', ');
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(12)} ${text}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
