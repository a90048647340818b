/**
 * What the journal holds: commits, and marks that say up to where they are in the engine. Encoded as a kind byte, a JSON head, then the
 * bytes of the blocks in the order the head names them.
 */

import { BLOCK_SALT_BYTES } from '#leaves';
import { HASH_BYTES } from '#merkle';
import type { Commit, LogBody, RequestAccount, SealedBlock } from '#model';
import type { Unlogged } from './unlogged.ts';

/** How far the log has come with a commit: its size, its root there in base64, and what of the account no entry says yet. */
export interface Logged {
  readonly size: number;
  readonly root: string | null;
  readonly unlogged: Unlogged;
}

/** Of a journal from before there was a log. */
export const NOTHING_LOGGED: Logged = { size: 0, root: null, unlogged: {} };

/** Everything up to `through` is in the engine and in the files of the log, durably. `lastBlockId` outlives the segments it was learned from. */
export interface Mark {
  readonly through: number;
  readonly lastBlockId: number;
  readonly logged: Logged;
}

/** `bodies` are those of the commit's entries in the log; null from before there was one. */
export type JournalEntry = { readonly is: 'commit'; readonly at_ms: number; readonly commit: Commit; readonly bodies: readonly LogBody[] | null } | { readonly is: 'mark'; readonly mark: Mark };

const KIND = { commit: 1, mark: 2 } as const;

/** Entries from before there were filters, leaves (salt, root and groups one after another) or tokens have no length of them. */
type BlockHead = Omit<SealedBlock, 'spans' | 'traces' | 'traceKeys' | 'filter' | 'tokens' | 'salt' | 'root' | 'groups' | 'subjectKeys'> & { readonly bytes: readonly [spans: number, traces: number, traceKeys: number, filter?: number, leaves?: number, tokens?: number] };

/** Of blocks from before there were leaves. */
const UNLOGGED = { first: '0', last: '0', policy: '' } as const;

interface CommitHead {
  readonly at_ms: number;
  readonly blocks: readonly BlockHead[];
  readonly requests: readonly RequestAccount[];
  readonly bodies?: readonly LogBody[];
}

export function encodeCommit(commit: Commit, bodies: readonly LogBody[], at_ms: number): Uint8Array[] {
  const blocks = commit.blocks.map(({ spans, traces, traceKeys, filter, tokens, salt, root, groups, subjectKeys: _keptElsewhere, ...head }): BlockHead => ({
    ...head,
    bytes: [spans.length, traces.length, traceKeys.byteLength, filter.length, salt.length + root.length + groups.length, tokens.length],
  }));
  const body = commit.blocks.flatMap(({ spans, traces, traceKeys, filter, tokens, salt, root, groups }) => [spans, traces, bytesOf(traceKeys), filter, salt, root, groups, tokens]);
  const head: CommitHead = { at_ms, blocks, requests: commit.requests, bodies };
  return [prefix(KIND.commit, head), ...body];
}

export function encodeMark(mark: Mark): Uint8Array[] {
  return [prefix(KIND.mark, mark)];
}

/** Entries are authenticated before they come here, so a malformed one is a bug or a newer version. */
export function decodeEntry(entry: Uint8Array): JournalEntry {
  const view = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  const kind = view[0];
  let at = 5 + view.readUInt32LE(1);
  const head: unknown = JSON.parse(view.toString('utf8', 5, at));
  if (kind === KIND.mark) return { is: 'mark', mark: { logged: NOTHING_LOGGED, ...(head as Omit<Mark, 'logged'>) } };
  if (kind !== KIND.commit) throw new Error('cannot read the journal: it has an entry of an unknown kind; use a newer Tracekeep');
  const { at_ms, blocks, requests, bodies = null } = head as CommitHead;
  const take = (bytes: number): Uint8Array => view.subarray(at, (at += bytes));
  const sealed = blocks.map(({ bytes, ...block }): SealedBlock => ({ ...UNLOGGED, ...block, spans: take(bytes[0]), traces: take(bytes[1]), traceKeys: wordsOf(take(bytes[2])), filter: take(bytes[3] ?? 0), ...leavesOf(take(bytes[4] ?? 0)), tokens: take(bytes[5] ?? 0) }));
  return { is: 'commit', at_ms, commit: { blocks: sealed, requests }, bodies };
}

function prefix(kind: number, head: CommitHead | Mark): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const bytes = Buffer.alloc(5 + json.length);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32LE(json.length, 1);
  json.copy(bytes, 5);
  return bytes;
}

/** Empty ones in entries that have none. */
function leavesOf(bytes: Uint8Array): Pick<SealedBlock, 'salt' | 'root' | 'groups'> {
  return { salt: bytes.subarray(0, BLOCK_SALT_BYTES), root: bytes.subarray(BLOCK_SALT_BYTES, BLOCK_SALT_BYTES + HASH_BYTES), groups: bytes.subarray(BLOCK_SALT_BYTES + HASH_BYTES) };
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy, because the bytes of an entry need not be aligned. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}
