import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLines, Counts } from './counts.ts';
import type { Totals } from './counts.ts';
import { Screen } from './screen.ts';

const none: Totals = { received: 0, stored: 0, refused: 0, dropped: 0 };

class Terminal {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 60;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): void {
    this.text += text;
  }
}

test('countLines() counts from the beginning of this demo, the most frequent kind first', () => {
  const before = { received: 10, stored: 9, refused: 1, dropped: 0, minimized: { email: 5, card: 2 } };
  const now = { received: 2_010, stored: 2_004, refused: 4, dropped: 2, minimized: { email: 6, card: 1_102, token: 3 } };
  assert.deepEqual(countLines(now, before, 12), ['  12 s  spans received 2,000, stored 1,995, refused 3, dropped 2', '        values replaced: 1,100 card, 3 token, 1 email']);
});

test('countLines() says so while nothing was replaced', () => assert.match(countLines(none, none, 0)[1] ?? '', /none yet/));

test('Counts answers what was stored since its first call, and survives a server that does not answer', async () => {
  const answers: (Totals | Error)[] = [{ ...none, stored: 100 }, new Error('cannot read'), { ...none, stored: 130 }];
  const terminal = new Terminal(false);
  const counts = new Counts(async () => {
    const next = answers.shift();
    if (next instanceof Error || next === undefined) throw next;
    return next;
  }, new Screen(terminal), () => 0);
  assert.deepEqual([await counts.show(), await counts.show(), await counts.show()], [0, 0, 30]);
  assert.match(terminal.text, /cannot read\n/);
});

test('Screen redraws in place on a terminal and keeps what was said above', () => {
  const terminal = new Terminal(true);
  const screen = new Screen(terminal);
  screen.show(['one', 'x'.repeat(100)]);
  screen.say('said');
  screen.show(['two']);
  const cut = `${'x'.repeat(58)}…`;
  assert.equal(terminal.text, `one\n${cut}\n\x1b[2A\x1b[Jsaid\none\n${cut}\n\x1b[2A\x1b[Jtwo\n`);
});

test('Screen writes plain lines without escapes when it is not a terminal', () => {
  const terminal = new Terminal(false);
  const screen = new Screen(terminal);
  screen.say('\x1b[31mred\x1b[39m');
  screen.show(['one', 'two']);
  screen.show(['three']);
  assert.equal(terminal.text, 'red\none | two\nthree\n');
});
