/**
 * The memory image of a process of this machine, as somebody who may attach to it or is given its core dump would have it: every page that it can write to, read
 * through `/proc/PID/mem`. Linux only.
 */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** What is looked for, by what it is called in messages. */
export type Needles = Readonly<Record<string, Uint8Array>>;

const PAGE = 4_096n;
const CHUNK_BYTES = 8 * 1_048_576;
/** The last bytes of a chunk are looked at again with the next. */
const OVERLAP_BYTES = 256;
/** Of an entry of /proc/PID/pagemap: the page is in memory, or swapped out. */
const [PRESENT, SWAPPED] = [1n << 63n, 1n << 62n];

/** How often each of them is there. The process stands still meanwhile. */
export function searchMemory(pid: number, needles: Needles): { readonly found: Readonly<Record<string, number>>; readonly bytes: number } {
  const found = Object.fromEntries(Object.keys(needles).map((name) => [name, 0]));
  let bytes = 0;
  process.kill(pid, 'SIGSTOP');
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const pages = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (const [from, to] of writableRanges(pid)) {
      for (const [start, end] of presentRanges(pages, from, to)) {
        for (let at = start; at < end; at += BigInt(CHUNK_BYTES - OVERLAP_BYTES)) {
          const length = Number(end - at < BigInt(CHUNK_BYTES) ? end - at : BigInt(CHUNK_BYTES));
          const text = chunk.subarray(0, readSync(memory, chunk, 0, length, at));
          bytes += text.length;
          for (const [name, needle] of Object.entries(needles)) for (let next = text.indexOf(needle); next >= 0; next = text.indexOf(needle, next + 1)) found[name] = (found[name] ?? 0) + 1;
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pages);
    process.kill(pid, 'SIGCONT');
  }
  assert.ok(bytes > 50 * 1_048_576, `only ${bytes} bytes of the process could be read`);
  return { found, bytes };
}

function writableRanges(pid: number): (readonly [from: bigint, to: bigint])[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    return from === undefined || to === undefined || /\[v(var|syscall)/.test(line) ? [] : [[BigInt(`0x${from}`), BigInt(`0x${to}`)] as const];
  });
}

/** Of a range only the pages that there are: engines reserve much more than they use. */
function presentRanges(pages: number, from: bigint, to: bigint): (readonly [from: bigint, to: bigint])[] {
  const ranges: [bigint, bigint][] = [];
  const entries = Buffer.alloc(512 * 1_024);
  for (let at = from; at < to; ) {
    const count = readSync(pages, entries, 0, Math.min(entries.length, 8 * Number((to - at) / PAGE)), (at / PAGE) * 8n) / 8;
    if (count === 0) break;
    for (let entry = 0; entry < count; entry += 1, at += PAGE) {
      if ((entries.readBigUInt64LE(8 * entry) & (PRESENT | SWAPPED)) === 0n) continue;
      const last = ranges.at(-1);
      if (last?.[1] === at) last[1] = at + PAGE;
      else ranges.push([at, at + PAGE]);
    }
  }
  return ranges;
}
