/**
 * A process that keeps inserting and rolling until it is killed, for the crash test of figures: it prints how many rolls it made.
 *
 *     node rolling.ts <data directory> <first block>
 */

import { Engine } from '#clickhouse';
import { nativeBlock, sampleSpan } from '#clickhouse/native-sample';
import { SPANS } from '#clickhouse/schema';
import { Secret } from '#model';
import { Figures } from './figures.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

const [dataDir = '', first = '1'] = process.argv.slice(2);
const ROWS = 32;

const engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(7)), readers: 1 });
const figures = await Figures.open({ engine, now_ms: () => 0, onFailure: (error) => process.stdout.write(`failed ${String(error)}\n`) });
for (let block = Number(first); ; block += 1) {
  const day = 20_780 + (block % 3);
  await engine.insertNative(SPANS, [nativeBlock(SPANS, Array.from({ length: ROWS }, (_, row) => ({ ...sampleSpan(block, row, 'm'), day, 'minimized.place': [`attributes.of-${block}`] })))]);
  figures.add([{ id: block, rows: ROWS, day, retention: 'default' }]);
  if (block % 4 !== 0) continue;
  await figures.rollAll();
  process.stdout.write(`rolled ${figures.state.roll}\n`);
}
