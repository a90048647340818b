/** The figures as text: one table a part, numbers that a person can compare. */
import type { AuthenticationFigures } from './authentication.ts';
import type { ConsoleFigures } from './console.ts';
import type { AccessFigures } from './access.ts';
import type { AuditFigures } from './audit.ts';
import type { EvidenceFigures } from './evidence.ts';
import type { Ingest } from './ingest.ts';
import type { Machine } from './machine.ts';
import type { Added } from './paired-consoles.ts';
import type { Parts } from './parts.ts';
import type { Query, QueryTimes } from './query.ts';
import type { Forgetting } from './forgetting.ts';
import type { SealingFigures } from './sealed-ingest.ts';
import type { Summary } from './summary.ts';
import type { VerifyFigures } from './verify.ts';

const MiB = 1024 * 1024;

export function machineText({ cores, cpu, memoryBytes, node, engine, commit, kernel, loadAverage, busy }: Machine): string {
  const where = `${cores} cores ${cpu}, ${Math.round(memoryBytes / 1024 / MiB)} GiB, Linux ${kernel}, Node ${node}, ${engine}${commit === '' ? '' : `, ${commit}`}, load average ${loadAverage.toFixed(2)}`;
  return busy ? `${where}\nwarning: the machine is busy; rates and latencies are of no use, CPU times and sizes suffer less` : where;
}

export function ingestText(runs: readonly Ingest[]): string {
  const row = (name: string, of: (run: Ingest) => string): string[] => [name, ...runs.map(of)];
  return aligned([
    row('ingest', ({ connections, gzip }) => `${connections} connections${gzip ? ', gzip' : ''}`),
    row('spans/s acknowledged', ({ loaded }) => whole(loaded.spansPerSecond)),
    row('spans per server CPU-second, merges included', ({ spansPerCpuSecond }) => whole(spansPerCpuSecond)),
    row('server CPU-seconds per million spans', ({ cpuSecondsPerMillion }) => cpuSecondsPerMillion.toFixed(2)),
    row('acknowledged, p50 / p99', ({ loaded }) => times(loaded.acknowledged_ms)),
    row('peak memory', ({ peakMemoryBytes }) => `${whole(peakMemoryBytes / MiB)} MiB`),
    row('bytes on disk per span', ({ diskBytesPerSpan }) => diskBytesPerSpan.toFixed(1)),
    row('refused for the moment, sent again', ({ loaded }) => whole(loaded.refusals)),
    row('failed', ({ loaded }) => whole(Object.values(loaded.failures).reduce((sum, count) => sum + count, 0))),
    ...(runs.every(({ quiet }) => quiet) ? [] : [row('came to rest', ({ quiet }) => (quiet ? 'yes' : 'no: CPU is too low'))]),
  ]);
}

/** CPU seconds by the names of threads, those that used any. */
export function threadsText(runs: readonly Ingest[]): string {
  const names = new Set(runs.flatMap(({ cpuSecondsByThread }) => Object.keys(cpuSecondsByThread)));
  const seconds = (run: Ingest, name: string): number => run.cpuSecondsByThread[name] ?? 0;
  return aligned([
    ['CPU-seconds by thread', ...runs.map(({ connections }) => `${connections} connections`)],
    ...[...names].filter((name) => runs.some((run) => seconds(run, name) >= 0.1)).map((name) => [name, ...runs.map((run) => seconds(run, name).toFixed(2))]),
  ]);
}

export function queryText({ spans, atRest, underLoad, wrong, peakMemoryBytes }: Query): string {
  const row = (name: string, of: (times: QueryTimes) => Summary): string[] => [name, times(of(atRest)), times(of(underLoad))];
  return aligned([
    [`queries at ${(spans / 1e6).toFixed(2)} M spans, p50 / p99`, 'at rest', 'under ingest'],
    row('trace by id', ({ traceById }) => traceById),
    row('search: service, attribute, duration', ({ search }) => search),
    ...Object.keys(atRest.rare).map((kind) => [`rare attribute: ${kind}`, ...[atRest, underLoad].map(({ rare }) => (rare[kind] === undefined ? '' : times(rare[kind])))]),
    row('services', ({ services }) => services),
    row('operations', ({ operations }) => operations),
    row('rate, errors, durations by service', ({ redServices }) => redServices),
    row('rate, errors, durations by operation', ({ redOperations }) => redOperations),
    row('map', ({ map }) => map),
    row('attribute keys', ({ keys }) => keys),
    row('attribute values', ({ values }) => values),
    row('histogram', ({ histogram }) => histogram),
    row('histogram of an attribute', ({ histogramOfAttribute }) => histogramOfAttribute),
    row('points', ({ points }) => points),
    ['peak memory', '', `${whole(peakMemoryBytes / MiB)} MiB`],
    ['wrong answers', '', whole(wrong.length)],
  ]);
}

export function verifyText({ spans, spansPerCpuSecond, spansPerSecond, besideSpansPerCpuSecond, findings }: VerifyFigures): string {
  return aligned([
    [`verify at ${(spans / 1e6).toFixed(2)} M spans`, ''],
    ['spans per CPU-second, the engine included', whole(spansPerCpuSecond)],
    ['spans per second', whole(spansPerSecond)],
    ['beside a server: spans per CPU-second of both', whole(besideSpansPerCpuSecond)],
    ['findings', whole(findings)],
  ]);
}

export function evidenceText({ spans, ofSpan, ofTrace, proofBytes, proofJsonBytes, wrong }: EvidenceFigures): string {
  return aligned([
    [`evidence at ${(spans / 1e6).toFixed(2)} M spans, p50 / p99`, ''],
    ['proof of one span', times(ofSpan)],
    ['evidence of a trace', times(ofTrace)],
    ['hashes, salts and statement that prove one span', `${whole(proofBytes.p50)} / ${whole(proofBytes.p99)} bytes`],
    ['the same as JSON', `${whole(proofJsonBytes.p50)} / ${whole(proofJsonBytes.p99)} bytes`],
    ['wrong answers', whole(wrong.length)],
  ]);
}

export function authenticationText({ ways }: AuthenticationFigures): string {
  return aligned([
    ['knowing who sends, of the JavaScript of all threads under ingest', ''],
    ...ways.map(({ way, share, us_per_request, requests, spans }): [string, string] => [`by ${way}, requests of ${whole(spans / requests)} spans`, `${(share * 100).toFixed(2)} %, ${us_per_request.toFixed(1)} µs a request`]),
  ]);
}

export function accessText({ policies, places, load_ms, cold_us, remembered_us, visibilityCold_ms, visibility_us, asked, askedInPart }: AccessFigures): string {
  return aligned([
    [`access with ${whole(policies)} own policies`, ''],
    ['reading them, once for each version', `${whole(load_ms)} ms`],
    ['a decision, the first time', `${whole(cold_us)} µs`],
    ['a decision, from then on', `${remembered_us.toFixed(1)} µs`],
    [`which of ${whole(places)} places somebody sees, the first time`, `${whole(visibilityCold_ms)} ms`],
    ['which, from then on', `${visibility_us.toFixed(1)} µs`],
    ['what they add to queries, medians: of a viewer', ''],
    ...asked.map(addedLine),
    ['of a team that sees one service', ''],
    ...askedInPart.map(addedLine),
  ]);
}

function addedLine({ question, readers, without_ms, with_ms, added_ms }: Added): [string, string] {
  return [`${question}, ${readers === 1 ? 'one reader' : `${readers} readers at once`}`, `${without_ms.toFixed(1)} → ${with_ms.toFixed(1)} ms, ${added_ms.toFixed(1)} ms in pairs`];
}

export function auditText({ asked }: AuditFigures): string {
  return aligned([
    ['what the record of a query adds, medians', ''],
    ...asked.map(addedLine),
  ]);
}

const PEOPLE = { few: 'of 200 people', many: 'of 20,000 people', unknown: 'nobody comes again' } as const;

export function sealingText({ ingest, worker, passphrase_ms }: SealingFigures): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return aligned([
    ['two fields sealed on a fifth of the spans', ''],
    ...ingest.flatMap(({ people, without_us, added_us, share, overReplacing_us, shareOverReplacing }): [string, string][] => [
      [`CPU of the server, ${PEOPLE[people]}`, `${without_us.toFixed(1)} µs a span and ${percent(share)} more`],
      ['  by rounds, added', `${added_us.map((us) => us.toFixed(1)).join(', ')} µs`],
      ['  more than where they are replaced', percent(shareOverReplacing)],
      ['  by rounds, added', `${overReplacing_us.map((us) => us.toFixed(1)).join(', ')} µs`],
    ]),
    ...worker.map(({ people, without_us, added_us, overReplacing_us, keysPerSealed }): [string, string] => [`a worker’s part, ${PEOPLE[people]}`, `${without_us.toFixed(2)} µs a span and ${added_us.toFixed(2)} µs more (${overReplacing_us.toFixed(2)} more than where they are replaced), ${keysPerSealed.toFixed(3)} keys a seal`]),
    ...ingest.map(({ people, opening: { closed_ms, opened_ms } }): [string, string] => [`a trace, its seals closed; opened, ${PEOPLE[people]}, p50 / p99`, `${times(closed_ms)}; ${times(opened_ms)}`]),
    ['a sealing root that is a passphrase takes besides', `${whole(passphrase_ms)} ms`],
  ]);
}

export function forgettingText(figures: readonly Forgetting[]): string {
  return aligned([
    ['a person forgotten over the API, receipt included', ''],
    ...figures.flatMap(({ stored, spans, keys, tokens, find_ms, forget_ms }): [string, string][] => [
      [`${whole(spans)} spans of ${whole(stored)} in the store`, `${whole(forget_ms)} ms, ${whole(keys)} keys, ${whole(tokens)} tokens`],
      ['  found before', `${whole(find_ms)} ms`],
    ]),
  ]);
}

export function consoleText({ codeBytes, fontBytes, search, trace, bigTrace }: ConsoleFigures): string {
  return aligned([
    ['console, first visit with an empty cache, p50 / longest', ''],
    ['scripts and styles of the search, compressed', `${whole(codeBytes / 1_000)} kB`],
    ['fonts', `${whole(fontBytes / 1_000)} kB`],
    ['first trace of the list drawn', `${whole(search.p50)} / ${whole(search.max)} ms`],
    ['a trace of 32 spans drawn', `${whole(trace.p50)} / ${whole(trace.max)} ms`],
    ['a trace of 50,000 spans drawn', `${whole(bigTrace.p50)} / ${whole(bigTrace.max)} ms`],
  ]);
}

/** `ingest_us`: CPU of the whole server for a span, if it was measured; else the stages stand for it. */
export function partsText(parts: Parts, ingest_us: number | null): string {
  const names: Readonly<Record<keyof Parts, string>> = {
    decode: 'decode', validate: 'validate', inspect: 'inspect', inspectFirst: '  with nothing remembered', inspectRepeated: '  with everything remembered', minimize: 'minimize', minimizeByPlace: '  under fifty rules with scopes', compare: 'compare',
    append: 'seal: append to the block', sealing: '  two fields sealed of a fifth of the spans, all stages', encode: 'seal: encode the block', leaves: '  of that, leaves of the log', log: 'log: body, entry and tree, blocks of 2,000', logBytesPerSpan: 'bytes of a span in the log, blocks of 2,000', journal: 'journal, CPU of this thread', insert: 'insert into the engine, CPU of all threads', nativeBytesPerSpan: 'bytes of a span in a block', recomputedPerCpuSecond: 'spans a CPU-second whose leaves are computed again from the engine',
  };
  const { decode, validate, inspect, minimize, compare, append, encode, journal, insert, leaves, log } = parts;
  const whole = ingest_us ?? decode + validate + inspect + minimize + compare + append + encode + journal + insert;
  return aligned([
    ['stage', 'µs a span'],
    ...Object.entries(names).map(([key, name]) => [name, parts[key as keyof Parts].toFixed(2)]),
    [`leaves and log as a share of ${ingest_us === null ? 'these stages' : 'the CPU of ingest'}`, `${(((leaves + log) / whole) * 100).toFixed(1)} %`],
  ]);
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length))) ?? [];
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd()).join('\n');
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function times({ p50, p99 }: Summary): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`;
}
