/**
 * Brings Native blocks into the engine through a FIFO (0600): the only binary way in, and nothing in clear touches the disk. Opening and
 * writing a FIFO block, so both run on libuv's pool, and a statement that fails before it reads must not leave the writer waiting.
 */

import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where `mkfifo` is when the PATH of who starts the server does not lead there: POSIX systems have it in one of these. */
const standardFolders = '/usr/bin:/bin';

export class NativeFeed {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(path: string): Promise<NativeFeed> {
    rmSync(path, { force: true });
    try {
      await run('mkfifo', ['-m', '600', path], { env: { PATH: [process.env['PATH'], standardFolders].filter(Boolean).join(':') } });
    } catch (cause) {
      throw new Error(`cannot make the FIFO ${path}`, { cause });
    }
    return new NativeFeed(path);
  }

  /** Writes the blocks while the statement reads them. One at a time; resolves when both are done. */
  async pour(blocks: readonly Uint8Array[], statement: () => Promise<unknown>): Promise<void> {
    let failed = false;
    let opened = false;
    const reading = statement().catch((cause: unknown) => {
      failed = true;
      if (!opened) this.#releaseWriter(opening);
      throw cause;
    });
    // Never created here: a file in the FIFO's place would take the rows in clear.
    const opening = open(this.path, constants.O_WRONLY).then((handle) => {
      opened = true;
      return handle;
    });
    const [read, written] = await Promise.allSettled([reading, opening.then((handle) => this.#write(handle, blocks, () => failed))]);
    if (read.status === 'rejected') throw read.reason;
    if (written.status === 'rejected') throw new Error('cannot feed the insert', { cause: written.reason });
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  async #write(handle: FileHandle, blocks: readonly Uint8Array[], failed: () => boolean): Promise<void> {
    try {
      for (const block of blocks) {
        for (let at = 0; at < block.length && !failed(); ) at += (await handle.write(block, at)).bytesWritten;
      }
    } finally {
      await handle.close();
    }
  }

  /** Nobody will read any more: a reader that comes and goes lets the writer's open return. */
  #releaseWriter(opening: Promise<FileHandle>): void {
    const fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    const close = (): void => closeSync(fd);
    opening.then(close, close);
  }
}
