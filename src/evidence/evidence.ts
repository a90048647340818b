/**
 * What is in the tamper-evident log, and evidence that can be checked without the server: entries, the canonical bytes of spans, and the
 * document that proves the spans of a trace. Pure like `#merkle`, the only door it knows: server, command line and browser run these very files.
 */
export { commitmentOf, ENTRY_BYTES, entryBytes, parseEntry, printEntry, textHash, type Entry, type EntryBody } from './entry.ts';

/** What the member `format` of an evidence document says. */
export const EVIDENCE_FORMAT = 'tracekeep-evidence/1';
