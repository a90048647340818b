/** The statements of this folder, one file each under `sql/`, read once; markers in comment signs are filled with fragments written here. */
import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');

export const STATEMENTS = {
  estimate: read('estimate'),
  histogram: read('histogram'),
  histogramSampled: read('histogram-sampled'),
  spread: read('spread'),
  points: read('points'),
  attributeKeys: read('attribute-keys'),
  attributeValues: read('attribute-values'),
  fieldValues: read('field-values'),
  owners: read('owners'),
  extent: read('extent'),
  blocks: read('blocks'),
  arrivals: read('arrivals'),
  accountingHistory: read('accounting-history'),
} as const;
