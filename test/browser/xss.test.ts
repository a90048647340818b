/**
 * Every field that a sender fills holds texts that become scripts where a page takes them for markup, for code or for an address. Nothing of
 * them runs on any page that shows them, and the policy has nothing to stop: it is the second line, and that it holds alone is proved, too.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askWell, type Json } from '#harness/exchange';
import { beforeFile } from './before-file.ts';
import { openViewer, settle, type Viewer } from './chromium.ts';
import { xssPayloads } from './odd-traces.ts';
import { setStage, type Stage } from './stage.ts';
import { dangerousLinks, listenForScripts, makeEveryMistake, openEverything } from './witness.ts';

let stage: Stage;
/** Goes from page to page. */
let viewer: Viewer;
let ran: string[];
let traceIds: string[] = [];
let services: string[] = [];

beforeFile(import.meta.filename, async () => {
  stage = await setStage('xss');
  const found = await askWell<{ traces: { traceId: string }[] }>(stage.server, stage.token, '/api/v1/search?limit=50');
  traceIds = found.traces.map(({ traceId }) => traceId);
  viewer = await stage.open();
  ran = await listenForScripts(viewer.context);
  services = (await askWell<{ services: string[] }>(stage.server, stage.token, '/api/v1/services')).services;
});

test('the payloads are stored as they were sent', async () => {
  assert.equal(traceIds.length, xssPayloads('').length);
  const text = JSON.stringify(await askWell<Json>(stage.server, stage.token, `/api/v1/traces/${traceIds.at(-1)}`));
  const fields = ['root name', 'service name', 'trace state', 'status message', 'event name', 'exception stack', 'link state', 'link value', 'resource key', 'scope name', 'span key', 'span value'];
  for (const field of fields) assert.ok(text.includes(`'${field}`), `${field} is not in the stored trace`);
});

/** Fields that the details of a span must have shown, or the test has looked away. */
const SHOWN = ['root name', 'name', 'service name', 'other service', 'status message', 'event name', 'exception type', 'exception message', 'exception stack', 'span key', 'span value', 'span url', 'span list', 'span map value', 'event value', 'link value', 'resource key', 'resource value', 'scope name', 'scope version'];

/** A page that shows what is stored, and what to open on it. */
const visits: readonly { readonly name: string; readonly paths: () => string[] }[] = [
  { name: 'search', paths: () => ['/search', ...services.slice(0, 2).map((service) => `/search?service=${encodeURIComponent(service)}`)] },
  { name: 'trace', paths: () => traceIds.map((id) => `/traces/${id}`) },
  { name: 'proof', paths: () => traceIds.slice(0, 2).map((id) => `/traces/${id}?proof=shown`) },
  { name: 'flame', paths: () => traceIds.slice(0, 2).map((id) => `/traces/${id}?view=flame`) },
  { name: 'spans', paths: () => traceIds.slice(0, 2).map((id) => `/traces/${id}?view=spans`) },
  { name: 'operations', paths: () => traceIds.slice(0, 2).map((id) => `/traces/${id}?view=operations`) },
  { name: 'compare', paths: () => [`/compare/${traceIds[0]}/${traceIds[1]}`] },
  // One of each way.
  { name: 'services', paths: () => ['/services', ...services.filter((service) => service.includes('service name')).map((service) => `/services/${encodeURIComponent(service)}`)] },
  { name: 'map', paths: () => ['/map'] },
  { name: 'findings', paths: () => ['/findings'] },
  { name: 'integrity', paths: () => ['/integrity'] },
  { name: 'exposure', paths: () => ['/exposure'] },
  { name: 'ingest', paths: () => ['/ingest'] },
  { name: 'health', paths: () => ['/health'] },
];

for (const { name, paths } of visits) {
  test(`nothing stored runs on ${name}, and the policy has nothing to stop`, async () => {
    ran.splice(0);
    viewer.violations.splice(0);
    for (const path of paths()) {
      await viewer.page.goto(path);
      await settle(viewer.page, 4_000);
      // Lists and maps are shown as JSON.
      const text = (await openEverything(viewer.page)).replaceAll('\\', '');
      assert.deepEqual(ran, [], `ran on ${path}`);
      assert.deepEqual(viewer.violations, [], `the policy had to stop something on ${path}`);
      if (name === 'trace') assert.deepEqual(SHOWN.filter((field) => !text.includes(`'${field}'`) && !text.includes(`"${field}"`)), [], `not shown on ${path}`);
      assert.deepEqual(await dangerousLinks(viewer.page), [], `dangerous links on ${path}`);
    }
  });
}

test('without escaping and without a policy the payloads do run: the witness sees them', async () => {
  const viewer = await openViewer(stage.chromium.browser, { url: stage.server.console });
  const ran = await listenForScripts(viewer.context);
  await viewer.context.route('**/bare', (route) => route.fulfill({ contentType: 'text/html', body: '<body></body>' }));
  await viewer.page.goto('/bare');
  await makeEveryMistake(viewer.page);
  assert.deepEqual([...new Set(ran)].sort(), xssPayloads('').map((_payload, way) => `way ${way}`));
  await viewer.close();
});

test('without escaping, under the policy of the console, none of them runs and each is reported', async () => {
  const viewer = await stage.open();
  const ran = await listenForScripts(viewer.context);
  await viewer.page.goto('/search');
  await settle(viewer.page);
  await makeEveryMistake(viewer.page);
  assert.deepEqual(ran, []);
  assert.ok(viewer.violations.length >= 3, `the policy reported only ${viewer.violations.join(', ')}`);
  await viewer.close();
});
