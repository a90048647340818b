/**
 * What the console costs a browser that has nothing of it yet: bytes until the search stands, time until a trace is drawn. Prints one line of JSON,
 * which `npm run bench -- --only console` reads. A fresh profile each time, so nothing is cached.
 */
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { setStage, type Stage } from './stage.ts';

export interface FirstLoad {
  /** Bytes on the wire of scripts and styles, compressed as the server sends them, until the search has its list. */
  readonly codeBytes: number;
  readonly fontBytes: number;
  /** From the beginning of the navigation to the first drawn row; milliseconds, one a visit. */
  readonly search_ms: readonly number[];
  readonly trace_ms: readonly number[];
  readonly bigTrace_ms: readonly number[];
}

const VISITS = 7;

async function measure(): Promise<FirstLoad> {
  const shop = await setStage('shop');
  const searches: number[] = [];
  const traces: number[] = [];
  let codeBytes = 0;
  let fontBytes = 0;
  for (let visit = 0; visit < VISITS; visit++) {
    const { ms, bytes } = await timeUntil(shop, '/search', 'main [role="row"], main [role="listitem"], main li a[href^="/traces/"]');
    searches.push(ms);
    codeBytes = bytes.code;
    fontBytes = bytes.font;
    traces.push((await timeUntil(shop, `/traces/${shop.traces['checkout']}`, '[role="treegrid"] [role="row"]')).ms);
  }
  const big = await setStage('big');
  const bigs: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) bigs.push((await timeUntil(big, `/traces/${big.traces['big']}`, '[role="treegrid"] [role="row"]')).ms);
  return { codeBytes, fontBytes, search_ms: searches, trace_ms: traces, bigTrace_ms: bigs };
}

async function timeUntil(stage: Stage, path: string, drawn: string): Promise<{ readonly ms: number; readonly bytes: { readonly code: number; readonly font: number } }> {
  const { page, close } = await stage.open();
  const received = watchBytes(page);
  await page.goto(path, { waitUntil: 'commit' });
  // The page's own clock, which begins with the navigation, in the frame after the row was put there.
  const ms = await page.evaluate(
    async (selector) => {
      while (document.querySelector(selector) === null) await new Promise((next) => requestAnimationFrame(next));
      await new Promise((next) => requestAnimationFrame(next));
      return performance.now();
    },
    drawn,
  );
  const bytes = await received();
  await close();
  return { ms, bytes };
}

/** Bytes of responses so far, bodies as they were on the wire. */
function watchBytes(page: Page): () => Promise<{ readonly code: number; readonly font: number }> {
  const sizes: Promise<readonly ['code' | 'font', number]>[] = [];
  page.on('requestfinished', (request) => {
    const kind = request.resourceType();
    if (kind === 'script' || kind === 'stylesheet' || kind === 'font') sizes.push(request.sizes().then(({ responseBodySize }) => [kind === 'font' ? 'font' : 'code', responseBodySize] as const));
  });
  return async () => {
    const all = await Promise.all(sizes);
    const sum = (of: 'code' | 'font'): number => all.reduce((total, [kind, size]) => total + (kind === of ? size : 0), 0);
    return { code: sum('code'), font: sum('font') };
  };
}

// A test only because server and browser are put away when the tests of a process have ended.
test('the first load is measured', async () => {
  console.log(JSON.stringify({ firstLoad: await measure() }));
});
