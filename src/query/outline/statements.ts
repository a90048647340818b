/** The statements of this folder, one file each under `sql/`, read once. What a caller sends travels as a bound parameter only. */
import { readFileSync } from 'node:fs';
import { environmentSql, statedSql } from '#clickhouse/stated';
import { complete, SPAN_COLUMNS } from '#query/statements';

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');

export const STATEMENTS = {
  outline: read('outline'),
  minimized: complete(read('minimized'), { environment: environmentSql('resource'), stated: statedSql('placeText') }),
  repeats: read('repeats'),
  oneSpan: complete(read('one-span'), { span: SPAN_COLUMNS }),
  matches: read('matches'),
  anySeen: read('any-seen'),
} as const;
