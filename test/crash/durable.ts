/**
 * What a power failure would leave, at the worst, of the files under a folder: follows a recording of system calls. Bytes are safe when a
 * sync of the file began after they were written and has ended; a name is safe when a sync of its folder began after it was made
 * and has ended (POSIX promises no more). Files that were there before the recording count as safe.
 */
import { dirname } from 'node:path';
import { descriptor, paths, type Call } from './system-calls.ts';

interface Name {
  /** When the name was made; -1 before the recording. */
  made: number;
  /** When the last write ended. */
  written: number;
  /** When the newest sync of the content that has ended began. */
  synced: number;
}

const WRITES: readonly string[] = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendfile', 'copy_file_range'];
const SYNCS: readonly string[] = ['fsync', 'fdatasync'];

export class Durable {
  readonly #root: string;
  readonly #calls: readonly Call[];
  readonly #names = new Map<string, Name>();
  #next = 0;

  constructor(root: string, calls: readonly Call[]) {
    this.#root = root;
    this.#calls = calls;
  }

  /** Follows the recording up to a place in it; places only grow. */
  advance(to: number): void {
    for (let call = this.#calls[this.#next]; call !== undefined && call.ended < to; call = this.#calls[this.#next]) {
      this.#next += 1;
      if (call.result >= 0) this.#follow(call);
    }
  }

  /** Files and folders that would be gone or incomplete if the power failed now. */
  unsafe(): string[] {
    return [...this.#names].filter(([path, name]) => !this.#isSafe(path, name)).map(([path]) => path);
  }

  #isSafe(path: string, name: Name): boolean {
    return name.written < name.synced && (name.made < 0 || name.made < (this.#names.get(dirname(path))?.synced ?? -1));
  }

  #follow(call: Call): void {
    if (WRITES.includes(call.name)) this.#name(descriptor(call), (name) => (name.written = Math.max(name.written, call.ended)));
    else if (SYNCS.includes(call.name)) this.#name(descriptor(call), (name) => (name.synced = Math.max(name.synced, call.began)));
    else if ((call.name === 'openat' || call.name === 'open') && /\bO_CREAT\b/.test(call.args)) this.#make(call.opened, call.ended);
    else if (/^(?:mkdir|mknod|symlink|link)(?:at)?$/.test(call.name)) this.#make(paths(call).at(-1) ?? '', call.ended);
    else if (/^rename/.test(call.name)) this.#rename(paths(call), call.ended);
    else if (/^(?:unlink|unlinkat|rmdir)$/.test(call.name)) this.#names.delete(paths(call)[0] ?? '');
  }

  #name(path: string, change: (name: Name) => void): void {
    if (path !== this.#root && path !== dirname(this.#root) && !path.startsWith(`${this.#root}/`)) return;
    const name = this.#names.get(path) ?? { made: -1, written: -1, synced: 0 };
    change(name);
    this.#names.set(path, name);
  }

  #make(path: string, at: number): void {
    if (!this.#names.has(path)) this.#name(path, (name) => (name.made = at));
  }

  /** Everything below a folder moves along with what is known of it. */
  #rename([from = '', to = '']: readonly string[], at: number): void {
    for (const [path, name] of [...this.#names]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#names.delete(path);
      this.#names.set(to + path.slice(from.length), name);
    }
    this.#name(to, (name) => (name.made = at));
  }
}
