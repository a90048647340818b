/** Small pictures: what a browser drew is read back from them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPng, smallPng } from './small-png.ts';
import { sharedChromium } from './stage.ts';

test('smallPng() keeps a picture of few colours as it is, and one of many colours nearly', async () => {
  const { browser } = await sharedChromium();
  const page = await browser.newPage({ viewport: { width: 320, height: 200 } });
  const shoot = async (style: string): Promise<Buffer> => {
    await page.setContent(`<body style="margin:0;${style}"><p style="font:14px sans-serif">Some text</p></body>`);
    return page.screenshot();
  };
  const plain = await shoot('background:#fff');
  assert.deepEqual(readPng(smallPng(plain)), readPng(plain));
  const colourful = await shoot('background:conic-gradient(red,yellow,lime,aqua,blue,magenta,red)');
  const [before, after] = [readPng(colourful), readPng(smallPng(colourful))];
  assert.equal(after.pixels.length, 320 * 200);
  const far = before.pixels.reduce((most, pixel, at) => Math.max(most, ...[16, 8, 0].map((shift) => Math.abs(((pixel >>> shift) & 255) - ((after.pixels[at]! >>> shift) & 255)))), 0);
  assert.ok(far > 0 && far < 40, `colours are up to ${far} of 255 off`);
  assert.ok(smallPng(colourful).length < colourful.length);
  await page.close();
});
