import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourIndex, serviceColour, SERVICE_COLOURS } from './service-colour.ts';

test('colourIndex() is stable for a name', () => {
  assert.equal(colourIndex('checkout'), colourIndex('checkout'));
  assert.match(serviceColour('checkout'), /^var\(--service-([1-9]|1[0-2])\)$/);
});

test('colourIndex() uses all colours about evenly', () => {
  const seen = new Array<number>(SERVICE_COLOURS + 1).fill(0);
  for (let at = 0; at < 1_200; at += 1) {
    const index = colourIndex(`service-${at}`);
    seen[index] = (seen[index] ?? 0) + 1;
  }
  assert.equal(seen[0], 0);
  for (const many of seen.slice(1)) assert.ok(many > 50 && many < 160, `a colour was used ${many} times of 1,200`);
});
