/**
 * The data directory and the control data in it, as verbs open them. Verbs and server may run at the same time; whoever comes first makes
 * directory and root key.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { ControlStore } from '#control';

import { OperatorError } from './operator-error.ts';
import { note } from './terminal.ts';

interface Place {
  readonly data: string;
  readonly rootKeyFile: string;
}

/** Makes the directory if it is not there, and closes it to other users if it is ours. */
export function prepareDataDirectory(data: string): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const { mode } = statSync(data);
    if ((mode & 0o077) === 0) return;
    // A mistyped path such as /tmp must not be taken from everybody else.
    const entries = readdirSync(data).filter((name) => name !== 'lost+found');
    if (entries.length > 0 && !entries.includes('key.check')) {
      throw new OperatorError(`cannot use ${data}: it is open to other users and holds files that are not Tracekeep's; choose an empty directory, or run chmod 700 on this one`);
    }
    chmodSync(data, 0o700);
    note(`closed ${data} to other users (mode 0700)`);
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw new OperatorError(`cannot use the data directory ${data}`, 1, { cause });
  }
}

/** Does something with the control data and closes it again. */
export async function withControl<Done>({ data, rootKeyFile }: Place, work: (control: ControlStore) => Promise<Done>): Promise<Done> {
  prepareDataDirectory(data);
  const [{ openRootKey, deriveKey }, { ControlStore }] = await Promise.all([import('#keys'), import('#control')]);
  const root = openRootKey({ file: rootKeyFile, dataDir: data });
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(root, 'control') });
  try {
    return await work(control);
  } finally {
    control.close();
  }
}

/** The same for verbs that only make sense when something is there: they make nothing. */
export async function withExistingControl<Done>(place: Place, work: (control: ControlStore) => Promise<Done>): Promise<Done> {
  requireDataDirectory(place.data);
  return withControl(place, work);
}

export function requireDataDirectory(data: string): void {
  if (existsSync(join(data, 'key.check'))) return;
  throw new OperatorError(`cannot find a Tracekeep data directory at ${data}: name it with --data DIR; "tracekeep producer add" or "tracekeep serve" make one`);
}
