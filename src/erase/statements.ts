/** The statements of this folder, one file each under `sql/`, read once; whatever a caller sends travels as a bound parameter only. */
import { readFileSync } from 'node:fs';
import { complete, SPAN_COLUMNS } from '#query/statements';

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');

const OF_SUBJECT = read('of-subject');

export const STATEMENTS = {
  counted: complete(read('counted'), { 'of subject': OF_SUBJECT }),
  exported: complete(read('exported'), { span: SPAN_COLUMNS, 'of subject': OF_SUBJECT }),
  keysCounted: read('keys-counted'),
  keys: read('keys'),
  erasures: read('erasures'),
} as const;
