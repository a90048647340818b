import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileOf } from './export-file.ts';

const TOLD = { id: 'o_1', by: 'grace', reason: 'request 16', at: '2026-01-01T00:00:00.000Z', watermark: 'Exported by grace' };

test('pages of an export become one document with their sums, and without a way on', () => {
  const page = (span: number, nextCursor: string | null) => ({ resourceSpans: [{ span }], export: { ...TOLD, spans: 2, opened: 3, erased: 0, changed: 1, nextCursor } });
  assert.deepEqual(JSON.parse(fileOf([page(1, 'on'), page(2, null)])), { resourceSpans: [{ span: 1 }, { span: 2 }], export: { ...TOLD, spans: 4, opened: 6, erased: 0, changed: 2 } });
});
