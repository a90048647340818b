/**
 * A recording of strace as calls in the order in which they began and ended. Threads overlap: what one call rests on must have ended before
 * it began.
 */
import { resolve } from 'node:path';

export interface Call {
  readonly name: string;
  /** As written by strace: strings in quotes, descriptors as `7</path>` or `7<TCP:[…]>`. */
  readonly args: string;
  /** Negative when it failed. */
  readonly result: number;
  /** Of the returned descriptor, '' for anything else. */
  readonly opened: string;
  /** Places in the recording; a call that never ended is not in the list. */
  readonly began: number;
  readonly ended: number;
}

/** What strace is asked to record, and how: nothing of what it records is cut but data. */
export const STRACE = [
  'strace', '-D', '-f', '-yy', '--seccomp-bpf', '-s', '64', '-e', 'signal=none',
  '-e', 'trace=open,openat,creat,read,recvfrom,recvmsg,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendfile,copy_file_range,fsync,fdatasync,sync_file_range,msync,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat,unlink,unlinkat,rmdir',
] as const;

export function parseCalls(recording: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, { readonly began: number; readonly text: string }>();
  for (const [at, line] of recording.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith(' <unfinished ...>')) {
      unfinished.set(thread, { began: at, text: rest.slice(0, -' <unfinished ...>'.length) });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const start = resumed === null ? { began: at, text: '' } : unfinished.get(thread);
    if (start === undefined) continue;
    unfinished.delete(thread);
    const call = readCall(start.text + (resumed?.[1] ?? rest), start.began, at);
    if (call !== null) calls.push(call);
  }
  return calls.sort((a, b) => a.ended - b.ended);
}

function readCall(text: string, began: number, ended: number): Call | null {
  const equals = text.lastIndexOf(' = ');
  const [, name, args] = /^(\w+)\((.*)\)$/.exec(text.slice(0, equals).trimEnd()) ?? [];
  const [, result, opened = ''] = /^ = (-?\d+)(?:<(.*)>)?/.exec(text.slice(equals)) ?? [];
  if (name === undefined || args === undefined || result === undefined) return null;
  return { name, args, result: Number(result), opened, began, ended };
}

/** What a descriptor at the beginning of the arguments stands for: a path, or `TCP:[127.0.0.1:4318->…]`. */
export function descriptor({ args }: Call): string {
  return /^\d+<(.*?[^-])>(?:\(deleted\))?(?:,|$)/.exec(args)?.[1] ?? '';
}

/** The paths among the arguments, whole, without a slash at the end. */
export function paths({ args }: Call): string[] {
  return [...args.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"/g)].map(([, folder = '/', path = '']) => resolve(folder, path));
}

/** The first string among the arguments, cut by strace. */
export function firstText({ args }: Call): string {
  return /"((?:[^"\\]|\\.)*)"/.exec(args)?.[1] ?? '';
}
