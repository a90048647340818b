/** What was given for a setting, and reading what is of no kind of its own: a path, a file, one of several words. What cannot be read is an error that names its place. */
import { resolve } from 'node:path';

import { OperatorError } from './operator-error.ts';

/** A value and where it was given, to be named in errors. */
export interface Given {
  readonly value: unknown;
  readonly place: string;
  /** Relative paths start here. */
  readonly folder: string;
}

export function readPath({ value, place, folder }: Given): string {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw unreadable(place, 'a path');
  return resolve(folder, value);
}

/** A file that need not be given. */
export function readFile(given: Given): string | null {
  return given.value === '' ? null : readPath(given);
}

export function readSwitch({ value, place }: Given): boolean {
  if (value !== true && value !== false && value !== 'true' && value !== 'false') throw unreadable(place, 'true or false');
  return String(value) === 'true';
}

/** One of these words. */
export function readOneOf<Word extends string>(words: readonly Word[]): (given: Given) => Word {
  return ({ value, place }) => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw unreadable(place, `one of ${words.join(', ')}`);
    return word;
  };
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function unreadable(place: string, wanted: string): OperatorError {
  return new OperatorError(`cannot read ${place}: it must be ${wanted}`, 2);
}
