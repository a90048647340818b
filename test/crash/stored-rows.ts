/**
 * Prints what a data directory that no server has open holds, one JSON value: its traces, what the look-up table says of them, and the
 * account. The same store as the server's, without anything around it.
 *
 *     UV_THREADPOOL_SIZE=16 node stored-rows.ts <data directory>
 */
import { openRootKey } from '#keys';
import { Store } from '#store';

const [dataDir = ''] = process.argv.slice(2);
const config = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
const store = await Store.open({ dataDir, rootKey: openRootKey({ file: `${dataDir}.key`, dataDir }), config });
const bounds = { deadline_ms: 60_000, rows_max: 1_000_000 };
const traces = await store.query(
  'SELECT lower(hex(trace_id)) AS trace, count() AS spans, uniqExact(span_id) AS different, toString(groupBitXor(reinterpretAsUInt64(reverse(span_id)))) AS ids FROM spans GROUP BY trace_id',
  {},
  bounds,
);
const found = await store.query('SELECT toString(trace) AS trace, sum(last - first + 1) AS spans FROM traces GROUP BY trace', {}, bounds);
process.stdout.write(`${JSON.stringify({ traces, found, account: await store.accounting() })}\n`);
await store.close();
