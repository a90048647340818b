/**
 * Hostile text against every recognizer: none throws, every range lies in the text, and long runs of awkward pieces end soon.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { RECOGNIZERS } from './recognizers.ts';

const PIECES = [
  '@', '%40', '%2540', '\\u0040', '&#64;', '.', '-', '+', '%2B', '<', '>', '"', "'", '\\', '\n', ' ', ':', '::', '/', '//', '://', '=', '&', ',', '(', ')', '[', '{', '0', '1', '9', '12', '4111', '4111 ', '123-', '85.', 'A', 'a', 'é', '字', '\ud800', '\0',
  'jane', 'example.com', 'DE89 ', 'GB29', 'ssn ', 'card ', 'phone ', 'tel:', 'client ', 'X-Forwarded-For: ', '10.0.0.1', '2001:db8:', 'ffff:', '756.', 'RSSMRA85T10A562S', '11010519491231002', '%', '%2', '%25', '%20',
];
const KEYS = [KEY.plain, KEY.personal, KEY.clientAddress, KEY.statement, KEY.parameter, KEY.identifier, KEY.url, KEY.secret, KEY.cookie, KEY.session];

/** Runs every recognizer whatever it needs. */
function scan(text: string, keyClass: number): void {
  for (const recognizer of RECOGNIZERS) {
    recognizer.find(text, keyClass, (start, end) => assert.ok(start >= 0 && end > start && end <= text.length, `${recognizer.id}: ${start}..${end} of ${text.length}`), '');
  }
}

test('recognizers hold their bounds on random text', () => {
  const seed = Date.now() & 0xffff;
  let state = seed || 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 1500; round += 1) {
    let text = '';
    for (let n = random(30); n > 0; n -= 1) text += PIECES[random(PIECES.length)];
    try {
      scan(text, KEYS[random(KEYS.length)]!);
    } catch (error) {
      throw new Error(`seed ${seed} round ${round}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

test('recognizers take linear time on long runs', () => {
  // The work for a run twice as long must not be four times as much; the absolute time stays far under a second each.
  for (const piece of [...PIECES, 'a@a.', 'a@', '1 ', '12 34 ', '1-', '1.1.', 'a:', '+1', '+12 ', '"<', 'A B ', 'Jane <a@b.co> ', 'ssn 123456789 ', 'card 4111111111111111 ', 'DE89370400440532013000 ', 'client 10.0.0.1, ']) {
    for (const keyClass of [KEY.plain, KEY.personal, KEY.clientAddress]) scan(piece.repeat(Math.ceil(20_000 / piece.length)), keyClass);
  }
});
