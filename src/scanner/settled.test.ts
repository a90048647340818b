/**
 * A text that one mark covers whole is not looked at for lesser kinds, where nobody asks for the parts of a mark. What becomes of the
 * text must not depend on that: here it is scanned both ways.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDINARY_TEMPLATES } from './corpus-ordinary.ts';
import { corpus, filled } from './corpus.ts';
import { featuresOfText } from './features.ts';
import { gravityOf } from './overlaps.ts';
import { KEY } from './recognizer.ts';
import type { KeyClass, Mark, Recognizer } from './recognizer.ts';
import { RECOGNIZERS } from '#scanner/recognizers';
import { Scanner } from './scanner.ts';

const SEED = Number(process.env['TRACEKEEP_TEST_SEED'] ?? Date.now() % 2 ** 31);
const CLASSES: readonly KeyClass[] = [KEY.plain, KEY.secret, KEY.session, KEY.cookie, KEY.statement, KEY.parameter, KEY.clientAddress, KEY.personal, KEY.personal | KEY.idNumber, KEY.secret | KEY.password, KEY.secret | KEY.authorization, KEY.secret | KEY.session, KEY.secret | KEY.statement, KEY.perhaps];
const TEXTS = [...corpus(SEED).filter((_sample, index) => index % 3 === SEED % 3).flatMap(({ text, secret }) => [text, secret, `Bearer ${text}`, ` ${secret} `, `${secret} Jane <jane@shop.example>`]), ...filled(SEED, ORDINARY_TEMPLATES).filter((_text, index) => index % 3 === SEED % 3)];
/** What is between a scheme and the end, before and behind the whole, or makes two marks into one. */
const ODD = ['Bearer <a@b.example> hunter2 8f3kd93kd02kd83kd', 'Jane <a@b.example>', 'Basic [email] hunter2secret99', '[credential] a@b.example', 'a@b.example ', '\ta@b.example', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MTExMTExMTExMTExMTExIn0.c2lnbmF0dXJl', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MTExMTExMTExMTExMTExIn0.c2lnbmF0dXJl', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a%0Aeyx', '%65yJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2ln', "SELECT 'x'", "'4111111111111111'"];

/** What the policy acts upon. */
function told(marks: readonly Mark[] | null): string | undefined {
  return marks?.map(({ kind, start, end, instead }) => `${kind} ${start}..${end} ${instead ?? ''}`).join();
}

test('what one mark settles is what all recognizers together find', () => {
  const all = new Scanner();
  const settling = new Scanner(RECOGNIZERS, { parts: false });
  let compared = 0;
  for (const text of [...TEXTS, ...ODD]) {
    for (const keyClass of CLASSES) {
      assert.equal(told(settling.scanText(text, keyClass)), told(all.scanText(text, keyClass)), `seed ${SEED}, key class ${keyClass}: ${JSON.stringify(text)}`);
      compared++;
    }
  }
  assert.ok(compared > 15_000);
});

test('a value that its key decides is looked at for graver kinds alone', () => {
  const ran = new Set<string>();
  const watching = RECOGNIZERS.map((recognizer): Recognizer => ({
    ...recognizer,
    find(...given) {
      ran.add(recognizer.kind);
      recognizer.find(...given);
    },
  }));
  for (const [keyClass, text, kinds] of [
    [KEY.secret, 'jane@shop.example 4111 1111 1111 1111 -- ghp_', ['credential', 'jwt', 'private-key']],
    [KEY.session, '8f3kd93kd02kd83kd 4111 1111 1111 1111', ['credential', 'password', 'jwt', 'private-key']],
  ] as const) {
    ran.clear();
    new Scanner(watching, { parts: false }).scanText(text, keyClass);
    assert.deepEqual([...ran].filter((kind) => !(kinds as readonly string[]).includes(kind)), []);
    new Scanner(watching).scanText(text, keyClass);
    assert.ok(ran.has('card'));
    const byKey = new Scanner(watching, { parts: (key) => key === 'a.sealed' });
    for (const [key, looks] of [['a.plain', false], ['a.sealed', true]] as const) {
      ran.clear();
      byKey.scanText(text, keyClass | byKey.keyClass(key));
      assert.equal(ran.has('card'), looks, key);
    }
  }
});

test('no recognizer gives a graver kind than it says', () => {
  for (const recognizer of RECOGNIZERS) {
    for (const keyClass of CLASSES) {
      if (recognizer.keys !== undefined && (recognizer.keys & keyClass) === 0) continue;
      for (const text of TEXTS) {
        if ((featuresOfText(text) & recognizer.needs) !== recognizer.needs) continue;
        recognizer.find(text, keyClass, (_start, _end, _instead, kind) => assert.ok(gravityOf(kind ?? recognizer.kind) >= gravityOf(recognizer.kind), `${recognizer.id} says ${kind ?? ''}`), '');
      }
    }
  }
});
