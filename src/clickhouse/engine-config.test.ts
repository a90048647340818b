// What the engine is told before it opens. That it logs to a terminal only shows on one, which a test run has not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineConfig } from './engine-config.ts';

test('the engine logs nowhere, not even to the terminal it was started from', () => {
  assert.match(engineConfig('/data'), /<logger><level>none<\/level><console>false<\/console><\/logger>/);
});

test('a data directory with characters of XML in its name stays one path', () => {
  assert.match(engineConfig('/a&b<c>'), /<path>\/a&amp;b&lt;c&gt;\/sealed\/<\/path>/);
});
