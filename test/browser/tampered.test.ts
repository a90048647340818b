/**
 * Somebody who owns the machine changes a span in the database, with the right key and by the engine itself, while the server is down. Whoever opens the trace afterwards
 * sees at once that it is not what was stored, and traces that lie elsewhere are as they were.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '#clickhouse';
import { startServer, type TestServer } from '#harness';
import { deriveKey, openRootKey } from '#keys';
import { afterFile, beforeFile } from './before-file.ts';
import { wrongLooks } from './checks.ts';
import { openViewer, type Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { ADMIN, setStage, type Stage } from './stage.ts';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

let stage: Stage;
let server: TestServer;
let viewer: Viewer;

beforeFile(import.meta.filename, async () => {
  stage = await setStage('few');
  const first = await stage.open();
  await goTo(first.page, `/traces/${stage.traces['declined']}`);
  await first.page.getByText('Verified by this browser').first().waitFor();
  await first.close();
  await stage.server.stop();
  await inDatabase(stage.server.data, `ALTER TABLE spans UPDATE status_code = 1, status_message = '' WHERE trace_id = unhex('${stage.traces['declined']}') AND status_code = 2 SETTINGS mutations_sync = 1`);
  server = await startServer({ data: stage.server.data });
  afterFile(() => server.kill());
  viewer = await openViewer(stage.chromium.browser, { url: server.console });
  const answer = await viewer.context.request.post('/api/v1/session', { data: ADMIN });
  assert.equal(answer.status(), 200, await answer.text());
});

async function inDatabase(dataDir: string, statement: string): Promise<void> {
  const engine = await Engine.open({ dataDir, diskKey: deriveKey(openRootKey({ file: `${dataDir}.key`, dataDir }), 'disk'), readers: 1 });
  try {
    await engine.command(statement);
  } finally {
    await engine.close();
  }
}

test('a trace that was changed in the database looks unmistakably different, in every view, width and theme', async () => {
  const { page } = viewer;
  await goTo(page, `/traces/${stage.traces['declined']}`);
  const banner = page.getByRole('alert', { name: 'Broken seal' });
  await banner.getByText('What is stored is not what was logged').waitFor();
  await banner.getByText('What to do:').waitFor();
  assert.equal(await page.getByText('Verified by this browser').count(), 0);
  assert.match(await page.title(), /^Broken seal/u);
  for (const view of ['waterfall', 'flame', 'spans', 'operations']) {
    await goTo(page, `/traces/${stage.traces['declined']}?view=${view}`);
    await banner.waitFor();
    await page.locator('[data-broken]').waitFor();
  }
  await goTo(page, `/traces/${stage.traces['declined']}`);
  await banner.waitFor();
  assert.deepEqual(await wrongLooks(page), []);
});

test('what the server noticed is a finding that leads to the trace', async () => {
  const { page } = viewer;
  await goTo(page, '/findings');
  await page.getByRole('list', { name: 'Findings' }).getByRole('button').first().click();
  await page.getByRole('region', { name: 'Details of the finding' }).getByRole('link', { name: /^trace/u }).first().click();
  await page.waitForURL(/\/traces\//u);
  await page.getByRole('alert', { name: 'Broken seal' }).waitFor();
});

test('a trace that lies elsewhere is verified as before', async () => {
  const { page } = viewer;
  await goTo(page, `/traces/${stage.traces['one']}`);
  await page.getByText('Verified by this browser').first().waitFor();
});
