import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_POLICY } from './default-policy.ts';
import { decidingRules } from './document.ts';
import { PRESETS, presetText } from './presets.ts';
import { readPolicy } from './read.ts';
import { weakenings } from './weakening.ts';

test('every preset is a policy without problems, with a reason beside each rule, and takes what is recognized at last', () => {
  assert.deepEqual(readdirSync(join(import.meta.dirname, 'presets')).sort(), PRESETS.map(({ name }) => `${name}.yaml`).sort());
  for (const { name } of PRESETS) {
    const text = presetText(name) ?? '';
    const { document, problems } = readPolicy(text);
    assert.deepEqual(problems.filter(({ severity }) => severity !== 'hint'), [], name);
    for (const { id, reason } of document!.rules) assert.ok(reason !== undefined && reason.length > 8, `${name}: ${id}`);
    const last = decidingRules(document!).at(-1)!;
    assert.deepEqual([last.recognized, last.action], ['any', 'replace']);
    assert.match(text, /no legal advice/);
    for (const key of DEFAULT_POLICY.restricted!) assert.ok(document!.restricted!.includes(key), `${name}: ${key} is restricted, as by default`);
  }
});

test('the preset for HIPAA names each of the 18 identifiers', () => {
  const { document } = readPolicy(presetText('hipaa')!);
  const reasons = document!.rules.map(({ reason }) => reason).join('\n');
  for (const letter of 'ABCDEFGHIJKLMNOPQR') assert.ok(reasons.includes(`(${letter})`), letter);
});

test('there is no preset of another name, nor of a path', () => {
  for (const name of ['', 'GDPR', '../presets/gdpr', 'gdpr.yaml', 'constructor']) assert.equal(presetText(name), null);
});

test('presets are weaker than the default policy only where they say so', () => {
  const weaker = PRESETS.map(({ name }) => [name, [...new Set(weakenings(DEFAULT_POLICY, readPolicy(presetText(name)!).document!).map(({ rule }) => rule))].sort()]);
  assert.deepEqual(Object.fromEntries(weaker), { gdpr: ['people-as-pseudonyms'], 'pci-dss': ['card-number-attributes', 'card-numbers-anywhere'], hipaa: [] });
});
