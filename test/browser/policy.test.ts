/** The pages of the policy against a real server: told, written with help, tried, applied, looked back at and reverted. Hostile texts in every field stay texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { beforeFile } from './before-file.ts';
import { axeFindings, wrongLooks } from './checks.ts';
import { again, type Viewer } from './chromium.ts';
import { xssPayloads } from './odd-traces.ts';
import { goTo } from './pages.ts';
import { setStage, type Stage } from './stage.ts';
import { dangerousLinks, listenForScripts } from './witness.ts';

let stage: Stage;
let admin: Viewer;
beforeFile(import.meta.filename, async () => {
  stage = await setStage('few');
  // The first person signs in by the link that the server printed.
  admin = await stage.open();
});

const editor = (page: Page) => page.getByRole('textbox', { name: /^Policy as YAML/u });
const problems = (page: Page) => page.getByRole('region', { name: 'Problems' });
const bench = (page: Page) => page.getByRole('region', { name: 'Text of the policy' });

const offered = (page: Page, label: string) => page.locator('.cm-completionLabel').getByText(label, { exact: true });

/** CodeMirror's list takes no key within 75 ms of opening, so that nobody takes what they did not see. */
async function take(page: Page, label: string): Promise<void> {
  await offered(page, label).waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.press('Enter');
  await offered(page, label).waitFor({ state: 'detached' });
}

/** The whole text becomes another, as somebody would type it. */
async function write(page: Page, text: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** As the API has it. */
async function inForce(): Promise<{ readonly version: number; readonly text: string; readonly digest: string; readonly note: string }> {
  const answer = await fetch(`${stage.server.console}/api/v1/policy`, { headers: { authorization: `Bearer ${stage.token}` } });
  assert.equal(answer.status, 200);
  return (await answer.json()) as Awaited<ReturnType<typeof inForce>>;
}

async function applyBeside(text: string): Promise<void> {
  const { digest } = await inForce();
  const answer = await fetch(`${stage.server.console}/api/v1/policy/apply`, { method: 'POST', headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ text, note: 'beside', base: digest }) });
  assert.equal(answer.status, 200, await answer.text());
}

const STRICTER = `version: 2
rules:
  # who it was stays out of it
  - id: people-go
    reason: nobody here has to know who it was
    groups: [user]
    action: drop
  - id: everything-recognized
    recognized: any
    action: replace
`;

test('the policy in force is told rule by rule; a viewer reads it, its text and its history, and changes nothing', async () => {
  const { page, complaints, close } = await stage.open({ as: 'viewer' });
  await goTo(page, '/policy');
  const rules = page.getByRole('region', { name: 'Rules' });
  await rules.getByRole('heading', { name: 'everything-recognized' }).waitFor();
  await rules.getByText('Everything that is recognized').waitFor();
  await rules.getByText('replaced by the name of the kind').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Edit', exact: true }).count(), 0);
  await page.getByText('Show the text').click();
  await page.getByText('recognized: any').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download YAML' }).click()]);
  assert.match(download.suggestedFilename(), /^policy-\d+\.yaml$/u);
  await goTo(page, '/policy/history');
  await page.getByRole('heading', { name: /^Version 1/u }).waitFor();
  assert.equal(await page.getByRole('button', { name: /Revert/u }).count(), 0);
  await goTo(page, '/policy/edit');
  await page.getByText('Administrators change the policy.').waitFor();
  assert.equal(await editor(page).count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test('a mistake is marked in place with what to do, the list leads to it, and one press puts it right; completion knows members, kinds and the store’s own names', async () => {
  const { page, complaints, close } = again(admin);
  await goTo(page, '/policy/edit');
  await write(page, `${STRICTER}  - id: cards\nrecognised: [`);
  await problems(page).getByText(/error/u).first().waitFor();
  await write(page, STRICTER.replace('recognized: any', 'recognised: any'));
  const row = problems(page).getByRole('button', { name: /line 9.*Did you mean recognized/u });
  await row.waitFor();
  await page.locator('.cm-lintRange-error').first().waitFor();
  assert.ok(await bench(page).getByRole('button', { name: 'Apply…' }).isDisabled());
  await row.press('Enter');
  assert.ok(await editor(page).evaluate((place) => place.getRootNode() instanceof ShadowRoot && (place.getRootNode() as ShadowRoot).activeElement === place), 'the cursor is in the text');
  await page.locator('.cm-lintRange-error').first().hover();
  await page.locator('.cm-diagnostic').getByRole('button', { name: 'Write recognized' }).first().waitFor();
  await problems(page).getByRole('button', { name: 'Write recognized' }).click();
  await problems(page).getByText('No problems: 2 rules.').waitFor();
  // Members that the rule has not, with what they mean.
  await page.keyboard.press('Control+End');
  await page.keyboard.type('  - id: mine-1\n');
  await page.keyboard.type('rec');
  await page.locator('.cm-completionInfo').getByText('the parts of values').waitFor();
  await take(page, 'recognized');
  await offered(page, '[card]').waitFor();
  await page.keyboard.type('[emai');
  await take(page, 'email');
  await page.keyboard.press('End');
  await page.keyboard.type('\nfor: { services: [che');
  await take(page, 'checkout');
  await page.keyboard.press('End');
  await page.keyboard.type('\naction: rep');
  await take(page, 'replace');
  await problems(page).getByText(/3 rules/u).or(problems(page).getByText(/warning|hint/u)).first().waitFor();
  // Escape, then Tab leaves; keys of the page do nothing while one writes.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.ok(await editor(page).evaluate((place) => (place.getRootNode() as ShadowRoot).activeElement !== place), 'Tab left the text');
  assert.match(page.url(), /\/policy\/edit$/u);
  // What was written is kept, and can be discarded.
  await page.waitForFunction(() => localStorage.getItem('tracekeep.policy-drafts')?.includes('mine') === true);
  await goTo(page, '/policy/edit');
  await page.getByText('This is your draft').waitFor();
  await page.locator('.cm-content').getByText('people-go').waitFor();
  await page.getByRole('button', { name: 'Discard draft' }).first().click();
  await page.locator('.cm-content').getByText('people-go').waitFor({ state: 'detached' });
  await page.waitForFunction(() => localStorage.getItem('tracekeep.policy-drafts') === null);
  assert.deepEqual(complaints, []);
  await close();
});

test('a rule that somebody asks for is written before the one that would decide, selected and tried; what it changes is shown per key', async () => {
  const { page, complaints, close } = again(admin);
  await goTo(page, '/policy/edit?service=frontend&key=client.address&kind=ip&place=span');
  await page.getByText('ip-client-address-frontend').first().waitFor();
  await page.waitForURL(/\/policy\/edit$/u);
  assert.match(await page.evaluate(() => (document.querySelector('main [class*="editor"]')?.shadowRoot as ShadowRoot & { getSelection?: () => Selection }).getSelection?.().toString() ?? ''), /id: ip-client-address-frontend[^]*action: drop/u);
  const text = await page.locator('.cm-content').innerText();
  assert.ok(text.indexOf('ip-client-address-frontend') < text.indexOf('id: addresses-keep-their-network'), 'the first rule decides');
  const dry = page.getByRole('region', { name: 'Dry run' });
  await dry.getByText(/Tried on [\d,]+ spans/u).waitFor();
  await dry.getByRole('row', { name: /client\.address.*removed more.*made coarser.*dropped by ip-client-address-frontend/u }).waitFor();
  // The rule is selected, and the keyboard leaves all the same.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  assert.ok(await editor(page).evaluate((place) => (place.getRootNode() as ShadowRoot).activeElement !== place), 'Shift-Tab left the text');
  // The other way round: what is removed less is said first, and in words.
  await page.getByRole('button', { name: /What should become of it$/u }).click();
  await page.getByRole('option', { name: 'Keep it as it is' }).click();
  await dry.getByRole('region', { name: 'Weakened' }).getByText('weakens the policy').waitFor();
  await dry.getByRole('row', { name: /client\.address.*removed less.*made coarser.*kept by ip-client-address-frontend/u }).waitFor();
  await dry.getByText('does not bring it back').waitFor();
  await page.getByRole('button', { name: 'Discard draft' }).first().click();
  assert.deepEqual(complaints, []);
  await close();
});

test('a text begins with a preset or a file, and a dry run can be cancelled', async () => {
  const { page, complaints, close } = again(admin);
  await goTo(page, '/policy/edit');
  await page.getByRole('button', { name: 'Start from a preset' }).click();
  await page.getByRole('menuitem', { name: 'GDPR' }).click();
  await problems(page).getByText(/\d+ rules/u).or(problems(page).getByText(/warning|hint/u)).first().waitFor();
  await page.locator('.cm-content').getByText('GDPR').first().waitFor();
  const file = page.getByLabel('A file with a policy');
  await file.setInputFiles({ name: 'large.yaml', mimeType: 'application/yaml', buffer: Buffer.alloc(300_000, 'a') });
  await page.getByRole('alert').getByText('larger than 256 KiB').waitFor();
  await file.setInputFiles({ name: 'binary.yaml', mimeType: 'application/yaml', buffer: Buffer.from([0xff, 0xfe, 0x00]) });
  await page.getByRole('alert').getByText('no text in UTF-8').waitFor();
  await file.setInputFiles({ name: 'policy.yaml', mimeType: 'application/yaml', buffer: Buffer.from(STRICTER) });
  await problems(page).getByText('No problems: 2 rules.').waitFor();
  await page.route('**/api/v1/policy/try', () => undefined);
  const dry = page.getByRole('region', { name: 'Dry run' });
  await dry.getByRole('button', { name: 'Try it' }).click();
  await dry.getByText('Reading the last hour').waitFor();
  await dry.getByRole('button', { name: 'Cancel' }).click();
  await dry.getByText('Cancelled. Nothing was changed.').waitFor();
  // What cannot be tried leads to what is wrong.
  await write(page, STRICTER.replace('action: drop', 'action: dorp'));
  await page.keyboard.press('Control+Enter');
  await problems(page).getByText(/1 error/u).waitFor();
  assert.match(await page.evaluate(() => (document.querySelector('main [class*="editor"]')?.shadowRoot as ShadowRoot & { getSelection?: () => Selection }).getSelection?.().toString() ?? ''), /^dorp$/u);
  assert.deepEqual(complaints, []);
  await close();
});

test('a policy is applied with a note, compared with the one before and reverted; what is weaker has to be agreed to', async () => {
  const { page, complaints, close } = again(admin);
  const before = await inForce();
  await goTo(page, '/policy/edit');
  await write(page, STRICTER);
  await problems(page).getByText('No problems: 2 rules.').waitFor();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('region', { name: 'Difference to the policy in force' }).getByText('people-go').waitFor();
  // Addresses kept their network before; now their whole is replaced: nothing weaker but what is no longer restricted.
  await dialog.getByLabel('Note').fill('nobody asked for names');
  const agree = dialog.getByRole('checkbox');
  if ((await agree.count()) > 0) {
    assert.ok(await dialog.getByRole('button', { name: 'Apply the weaker policy' }).isDisabled());
    await agree.check();
  }
  await dialog.getByRole('button', { name: /^Apply/u }).click();
  await page.getByText(/^Version \d+ is in force since block \d+/u).waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'status', undefined, { polling: 50 });
  const after = await inForce();
  assert.deepEqual([after.version, after.text, after.note], [before.version + 1, STRICTER, 'nobody asked for names']);
  await page.getByRole('status').getByRole('link', { name: 'History' }).click();
  await page.getByText('nobody asked for names').first().waitFor();
  await page.getByRole('region', { name: `Difference from version ${before.version} to version ${after.version}` }).getByText('people-go').waitFor();
  await page.getByRole('button', { name: `Revert to this: version ${before.version}` }).click();
  await dialog.getByText(`Its text becomes version ${after.version + 1}`).waitFor();
  await dialog.getByRole('button', { name: `Revert to version ${before.version}` }).click();
  await page.getByText(new RegExp(`^Version ${after.version + 1} is in force`, 'u')).waitFor();
  assert.equal((await inForce()).text, before.text);
  assert.deepEqual(complaints, []);
  await close();
});

test('whoever was overtaken is told, sees the difference to what is in force now, and goes on from there', async () => {
  const { page, close } = again(admin);
  await goTo(page, '/policy/edit');
  await write(page, STRICTER.replace('people-go', 'mine-now'));
  await problems(page).getByText('No problems: 2 rules.').waitFor();
  await applyBeside(STRICTER);
  await bench(page).getByRole('button', { name: 'Apply…' }).click();
  const dialog = page.getByRole('dialog');
  const agree = dialog.getByRole('checkbox');
  if ((await agree.count()) > 0) await agree.check();
  await dialog.getByRole('button', { name: /^Apply/u }).click();
  await dialog.getByText('Somebody was quicker').waitFor();
  await dialog.getByRole('button', { name: /^Go on from version/u }).click();
  await dialog.getByRole('region', { name: 'Difference to the policy in force' }).getByText('- id: people-go').waitFor();
  assert.equal(await dialog.getByText('restricted').count(), 0, 'only what differs from what is in force now');
  await dialog.getByRole('button', { name: /^Apply$/u }).click();
  await page.getByText(/is in force/u).first().waitFor();
  assert.match((await inForce()).text, /mine-now/u);
  await close();
});

test('the editor, its dialog and a proposal are accessible and fit, in both themes and widths; nobody approves what they proposed', async () => {
  const { page, context, close } = again(admin);
  const { text, digest } = await inForce();
  const sent: string[] = [];
  await context.route(/\/api\/v1\/policy(?:\/proposals.*|\/apply)?$/u, async (route) => {
    if (route.request().url().endsWith('/apply')) return route.fulfill({ json: { applied: false, proposal: {} } });
    if (route.request().method() === 'POST') {
      sent.push(new URL(route.request().url()).pathname);
      return route.fulfill({ json: { applied: true, version: 9, boundary: 12, pending: false, unchanged: false, weakenings: [] } });
    }
    const response = await route.fetch();
    const isOwn = !page.url().includes('other');
    const weakenings = [{ rule: 'mine-now', sentence: 'cards are kept', kinds: ['card'], keys: ['note'], from: 'replace', to: 'keep' }];
    return route.fulfill({ response, json: { ...((await response.json()) as object), proposal: { id: 'q_0000000000000001', digest: 'b'.repeat(64), base: digest, text: text.replace('drop', 'keep'), by: 'grace', isOwn, at: Date.now(), note: 'for support', weakenings } } });
  });
  const check = async (what: string): Promise<void> => assert.deepEqual(await wrongLooks(page), [], what);
  await goTo(page, '/policy');
  await page.getByText('Somebody else has to approve it').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Approve/u }).count(), 0);
  await check('proposal');
  await goTo(page, '/policy?other=1');
  await page.getByRole('button', { name: 'Approve the weaker policy' }).click();
  await page.getByText('Version 9 is in force since block 12').waitFor();
  assert.deepEqual(sent, ['/api/v1/policy/proposals/q_0000000000000001/approve']);
  await goTo(page, '/policy/edit');
  await write(page, text.replace('action: replace', 'action: redact'));
  await problems(page).getByText(/1 error/u).waitFor();
  await check('editor');
  // The open list of what can stand there.
  await write(page, 'version: 2\nrules:\n  - id: x\n    ');
  await page.keyboard.press('Control+Space');
  await offered(page, 'recognized').waitFor();
  assert.deepEqual(await axeFindings(page), [], 'completion');
  await page.keyboard.press('Escape');
  await write(page, text.replace('action: replace', 'action: keep'));
  await problems(page).getByText(/^No problems|warning|hint/u).first().waitFor();
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').getByRole('checkbox').waitFor();
  await check('dialog');
  await page.getByRole('dialog').getByRole('checkbox').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply the weaker policy' }).click();
  await page.getByText('Proposed: a second person approves it').waitFor();
  await close();
});

test('no text of a policy, of who changed it, or of a dry run becomes a script, a link that runs or markup', async () => {
  const viewer = await stage.open();
  const ran = await listenForScripts(viewer.context);
  const payloads = xssPayloads('policy');
  const all = payloads.join(' ');
  const { digest } = await inForce();
  const rules = payloads.map((payload, at) => [`  - id: r${at}`, ...['reason: ', 'for: { services: [', 'keys: ['].map((before) => `    ${before}${JSON.stringify(payload)}${before.includes('{') ? '] }' : before.endsWith('[') ? ']' : ''}`), '    action: drop'].join('\n'));
  const text = `version: 2\nrules:\n${rules.join('\n')}\nrestricted: ${JSON.stringify(payloads)}\n`;
  const weakenings = payloads.map((payload) => ({ rule: payload, sentence: `\`${payload}\` ${payload}`, kinds: [payload], keys: [payload], from: payload, to: payload }));
  const versions = payloads.map((payload, at) => ({ version: at + 1, digest, text: `# ${at}\n${text}`, since: Date.now(), until: null, by: payload, approvedBy: payload, note: payload, approvalNote: payload, rules: 1, weakenings, weakeningsCount: 9 }));
  const changes = payloads.map((payload) => ({ service: payload, place: payload, key: payload, kind: payload, action: payload, rule: payload, count: 1, today: { action: payload, rule: payload }, differs: true, before: payload, after: payload }));
  const answers: readonly (readonly [RegExp, object])[] = [
    [/policy\/versions$/u, { versions: versions.toReversed() }],
    [/policy\/presets$/u, { presets: payloads.map((payload) => ({ name: payload, title: payload, about: payload })) }],
    [/policy\/try$/u, { spans: 1, more: false, changes }],
    [/services$/u, { services: payloads }],
    [/attributes$/u, { keys: payloads.map((key) => ({ key, place: 'span', count: 1, types: ['string'] })), more: false }],
    [/attributes\/values$/u, { values: payloads.map((value) => ({ value, count: 1 })), more: false, sampled: false }],
    [/policy$/u, { ...versions[0], text, by: all, note: all, approval: 'always', proposal: { id: 'q_0000000000000001', digest, base: digest, text: `# ${all}`, by: all, isOwn: false, at: Date.now(), note: all, weakenings } }],
  ];
  await viewer.context.route(/\/api\/v1\/(?:policy|services$|attributes)/u, (route) => {
    const { pathname } = new URL(route.request().url());
    const one = /versions\/(\d+)$/u.exec(pathname)?.[1];
    return route.fulfill({ json: one === undefined ? answers.find(([path]) => path.test(pathname))?.[1] : versions[Number(one) - 1] });
  });
  const { page } = viewer;
  await goTo(page, '/policy');
  await page.getByRole('region', { name: 'Proposed' }).waitFor();
  await page.getByRole('heading', { name: `r${payloads.length - 1}` }).waitFor();
  assert.deepEqual(await dangerousLinks(page), []);
  await goTo(page, '/policy/history');
  await page.getByText('What it weakened').first().click();
  assert.deepEqual(await dangerousLinks(page), []);
  await goTo(page, `/policy/edit?service=${encodeURIComponent(all)}&key=${encodeURIComponent(payloads[0] ?? '')}&kind=card&place=span`);
  await page.getByRole('region', { name: 'Dry run' }).getByText(/Tried on 1 span/u).waitFor();
  // Each name that the store has seen, as completion shows it, and one taken over.
  await write(page, 'version: 2\nrules:\n  - id: x\n    keys: [');
  await page.keyboard.press('Control+Space');
  await page.locator('.cm-completionLabel').nth(payloads.length - 1).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Start from a preset' }).click();
  await page.getByRole('menuitem').nth(payloads.length - 1).waitFor();
  assert.deepEqual(await dangerousLinks(page), []);
  assert.deepEqual([ran, viewer.violations], [[], []]);
  await viewer.close();
});

test('access is asked about, written with the problems in place, tried before it counts, applied and looked back at', async () => {
  const viewer = again(admin);
  const { page } = viewer;
  await goTo(page, '/access');
  const own = page.getByRole('textbox', { name: /^Own policies as Cedar/u });
  const asked = page.getByRole('region', { name: 'Ask' });
  const ask = async (): Promise<string> => {
    const answered = page.waitForResponse(/access\/explain$/u);
    await asked.getByRole('button', { name: 'Ask', exact: true }).click();
    await answered;
    await asked.getByText(/^(?:Allowed|Denied)$/u).waitFor();
    return (await asked.getByRole('status').first().textContent()) ?? '';
  };
  await own.click();
  await page.keyboard.insertText('forbid (principal, action == Action::"trace.reed", resource);');
  await page.getByRole('button', { name: /error, line 1: Unrecognized action/u }).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('// Not for viewers.\n@id("payments") forbid (principal in Role::"viewer", action in Action::"telemetry", resource in Service::"payments");');
  await page.getByText('No problems.').waitFor();
  await asked.getByRole('radio', { name: 'A role' }).click();
  await asked.getByRole('textbox', { name: 'Resource' }).fill('service:payments');
  assert.match(await ask(), /^Denied.*own\/payments/u);
  await asked.getByRole('checkbox').uncheck();
  assert.match(await ask(), /^Allowed.*viewer/u);
  await page.getByRole('button', { name: 'Apply…' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Note' }).fill('for its team');
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const history = page.getByRole('region', { name: 'History' });
  await history.getByText('for its team').waitFor();
  assert.match(await ask(), /^Denied.*own\/payments/u);
  await history.getByRole('button', { name: 'Show' }).click();
  const breaking = page.getByRole('region', { name: 'Break the glass' });
  await breaking.getByRole('textbox', { name: 'Reason' }).fill('checkout is down at night');
  await breaking.getByRole('button', { name: 'Break the glass' }).click();
  const banner = page.getByRole('region', { name: 'Broken glass' });
  await banner.getByText(/^You have the role viewer/u).waitFor();
  await banner.getByText('checkout is down at night').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await banner.getByRole('button', { name: 'End now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End now' }).click();
  await banner.waitFor({ state: 'detached' });
  assert.deepEqual(viewer.violations, []);
  await viewer.close();
});
