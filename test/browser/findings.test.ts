/** The page Findings: the list, its filters in the address, details beside, deciding; hostile texts in every field of a finding stay texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { beforeFile } from './before-file.ts';
import { wrongLooks } from './checks.ts';
import { again, type Viewer } from './chromium.ts';
import { xssPayloads } from './odd-traces.ts';
import { goTo } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';
import { dangerousLinks, listenForScripts } from './witness.ts';

let stage: Stage;
let admin: Viewer;
beforeFile(import.meta.filename, async () => {
  stage = await shareStage('one');
  admin = await stage.open();
});

interface Told {
  readonly severity: number;
  readonly title: string;
  readonly message?: string;
  readonly status?: number;
}

/** A finding as the API answers it. */
function finding(at: number, { severity, title, message = 'Row 31 differs. Restore the block.', status = 1 }: Told): object {
  const now = Date.now();
  return {
    activity_id: 1, category_uid: 2, class_uid: 2004, type_uid: 200_401, time: now - at * 60_000, severity_id: severity, severity: 'x', status_id: status, status: 'x', message, count: at + 1, comment: title,
    metadata: { version: '1.8.0', product: { name: 'Tracekeep', version: '0' } },
    finding_info: { uid: uidOf(at), title, analytic: { uid: 'integrity.block-changed', name: title, type_id: 1 }, created_time: now, first_seen_time: now - 90_000_000, last_seen_time: now - at * 60_000, modified_time: now },
    evidences: [{ data: { block: 17, row: 31, trace_id: stage.traces['one'], span_id: '00f067aa0ba902b7' } }, { data: { entry: 1_712, producer_id: title } }],
    resources: [{ type: 'block', uid: '17', name: title }], unmapped: { status_changed_by: { is: 'person', id: 'a', name: title } },
  };
}

const uidOf = (at: number): string => `f_${String(at).padStart(16, '0')}`;

/** A page whose API has these findings; what it was asked. */
async function withFindings(told: readonly Told[], as: 'admin' | 'viewer' = 'admin'): Promise<Viewer & { readonly asked: URL[]; readonly sent: unknown[] }> {
  const viewer = as === 'admin' ? again(admin) : await stage.open({ as });
  const asked: URL[] = [];
  const sent: unknown[] = [];
  await viewer.context.route(/\/api\/v1\/findings/u, (route) => {
    const url = new URL(route.request().url());
    const one = told.findIndex((_, at) => url.pathname.includes(uidOf(at)));
    if (route.request().method() === 'POST') sent.push(route.request().postDataJSON());
    else asked.push(url);
    return route.fulfill({ json: one === -1 ? { findings: told.map((each, at) => finding(at, each)), nextCursor: null } : finding(one, told[one]!) });
  });
  return { ...viewer, asked, sent };
}

const SOME: readonly Told[] = [{ severity: 5, title: 'A block was changed' }, { severity: 3, title: 'A second version of a span', status: 2 }, { severity: 1, title: 'A verification ended' }];
const details = (page: Page) => page.getByRole('region', { name: 'Details of the finding' });

test('without findings the page says what would appear', async () => {
  const { page, complaints, close } = again(admin);
  await goTo(page, '/findings');
  await page.getByRole('heading', { name: 'Nothing is open' }).waitFor();
  await page.getByText('a witness that refused a checkpoint', { exact: false }).waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Integrity' }).click();
  await page.waitForURL(/\/integrity/u);
  assert.deepEqual(complaints, []);
  await close();
});

test('severity is said in words, filters stand in the address, keys walk the list, and the rail counts', async () => {
  const { page, asked, close } = await withFindings(SOME);
  await goTo(page, '/findings');
  const list = page.getByRole('list', { name: 'Findings' });
  for (const word of ['Critical', 'Medium', 'Informational']) await list.getByText(word, { exact: true }).waitFor();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Findings\s*3 open/u }).waitFor();
  await page.keyboard.press('j');
  await page.waitForURL(/finding=f_0000000000000000/u);
  await page.keyboard.press('j');
  await details(page).getByRole('heading', { name: 'A second version of a span' }).waitFor();
  await page.keyboard.press('Escape');
  await details(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /Severity$/u }).click();
  await page.getByRole('option', { name: 'High and above' }).click();
  await page.getByRole('radio', { name: 'Closed' }).check({ force: true });
  await page.waitForURL((url) => url.searchParams.get('severity') === '4' && url.searchParams.get('status') === 'closed');
  await page.waitForFunction(() => document.querySelector('main [class*="skeleton"]') === null);
  const last = asked.findLast(({ searchParams }) => searchParams.has('severity') && searchParams.get('status') === '4');
  assert.deepEqual(last?.searchParams.getAll('status'), ['4', '5']);
  await close();
});

test('an administrator closes a finding with a comment; a viewer only reads', async () => {
  const { page, sent, close } = await withFindings(SOME);
  await goTo(page, `/findings?finding=${uidOf(0)}`);
  await details(page).getByRole('link', { name: /^trace/u }).waitFor();
  await details(page).getByLabel('Comment').fill('restored from the copy of yesterday');
  await details(page).getByRole('button', { name: 'Close as resolved' }).click();
  await page.waitForFunction(() => (document.querySelector('section textarea') as HTMLTextAreaElement | null)?.value === '');
  assert.deepEqual(sent, [{ status_id: 4, comment: 'restored from the copy of yesterday' }]);
  await close();
  const reader = await withFindings(SOME, 'viewer');
  await goTo(reader.page, `/findings?finding=${uidOf(0)}`);
  await details(reader.page).getByText('Administrators decide about findings.').waitFor();
  assert.equal(await details(reader.page).getByRole('button', { name: /resolved/u }).count(), 0);
  await reader.close();
});

test('list and details are accessible and fit, in both themes and widths', async () => {
  const { page, close } = await withFindings(SOME);
  await goTo(page, `/findings?finding=${uidOf(0)}`);
  assert.deepEqual(await wrongLooks(page), []);
  await close();
});

test('no text of a finding becomes a script, a link that runs or markup', async () => {
  const viewer = await withFindings(xssPayloads('finding').map((payload) => ({ severity: 4, title: payload, message: payload })));
  const ran = await listenForScripts(viewer.context);
  for (const at of xssPayloads('').keys()) {
    await goTo(viewer.page, `/findings?finding=${uidOf(at)}`);
    await details(viewer.page).getByText('Where it can be seen').waitFor();
    assert.deepEqual(await dangerousLinks(viewer.page), []);
  }
  assert.deepEqual([ran, viewer.violations], [[], []]);
  await viewer.close();
});
