/** The files below a folder that a running server changes: parts are merged and segments removed while they are listed. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders and files, with their paths. */
export function everythingBelow(folder: string): string[] {
  return ifThere(() => readdirSync(folder, { withFileTypes: true }), []).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...everythingBelow(path)] : [path];
  });
}

export function filesBelow(folder: string): string[] {
  return everythingBelow(folder).filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** Nothing, of a file that is gone. */
export function readIfThere(path: string): Buffer {
  return ifThere(() => readFileSync(path), Buffer.alloc(0));
}

function ifThere<Found>(look: () => Found, none: Found): Found {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return none;
    throw error;
  }
}
