import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '#limits';
import { isRefusal } from '#refusal';

import { createPasswords, passwordFault } from './password.ts';

const CHEAP = { memory_kib: 64, passes: 1, lanes: 1 };
const PASSWORD = 'a quiet river of glass';

test('hash() and matches() agree on the password and on nothing near it, in every spelling of it', async () => {
  const passwords = createPasswords({ cost: CHEAP });
  const kept = await passwords.hash(`${PASSWORD} caf\u00e9`, 'Ada');
  assert.ok(typeof kept === 'string');
  assert.match(kept, /^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.equal(await passwords.matches(`${PASSWORD} cafe\u0301`, kept), true);
  for (const wrong of ['', PASSWORD, `${PASSWORD} café `, `${PASSWORD} CAFÉ`, 'x'.repeat(100_000)]) assert.equal(await passwords.matches(wrong, kept), false, wrong.slice(0, 30));
  assert.notEqual(await passwords.hash(`${PASSWORD} café`, 'Ada'), kept, 'each has a salt of its own');
});

test('the cost is that of RFC 9106, and an older cost is still understood', async () => {
  const kept = await createPasswords().hash(PASSWORD, 'Ada');
  assert.match(String(kept), /^\$argon2id\$v=19\$m=65536,t=3,p=4\$/);
  assert.equal(await createPasswords({ cost: CHEAP }).matches(PASSWORD, String(kept)), true);
});

test('matches() works as hard for a name that nobody has', async () => {
  const passwords = createPasswords({ cost: { memory_kib: 16_384, passes: 3, lanes: 1 } });
  const kept = String(await passwords.hash(PASSWORD, 'Ada'));
  const time = async (against: string | null): Promise<number> => {
    const before = process.cpuUsage();
    assert.equal(await passwords.matches('another password', against), false);
    return process.cpuUsage(before).user;
  };
  await time(kept);
  const [known, unknown] = [await time(kept), await time(null)];
  assert.ok(unknown > known / 4, `${unknown} µs of work for an unknown name, ${known} µs for a known one`);
});

test('no more hashes at once than the limit, no more waiting than the limit, and every one that waits has its turn', async () => {
  const passwords = createPasswords({ cost: { memory_kib: 8_192, passes: 2, lanes: 1 } });
  const asked = LIMITS.argon2_at_once_max + LIMITS.argon2_waiting_max;
  const answers = await Promise.all(Array.from({ length: asked + 5 }, () => passwords.matches(PASSWORD, null)));
  assert.deepEqual(answers.map((answer) => (isRefusal(answer) ? answer.refused : answer)), Array.from({ length: asked + 5 }, (_, at) => (at < asked ? false : 'overloaded')));
  assert.equal(await passwords.matches(PASSWORD, null), false, 'places are given back');
});

test('passwordFault() takes long passwords that are not a row of keys, a name or a repetition', () => {
  for (const good of [PASSWORD, 'correct horse battery staple', 'k7dq-m3wz-p9xe-r2hb-t6vc', 'Wüste über neun Täler', '四つの静かな川が海へ流れていく夜', 'x'.repeat(8) + 'Tq8#kd!w0pZ']) assert.equal(passwordFault(good, 'Ada'), null, good);
});

test('passwordFault() refuses what is guessed first', () => {
  const weak = ['', 'short', 'fourteen chars', 'x'.repeat(257), 'a'.repeat(20), 'abcabcabcabcabc', 'passwordpassword', 'password12345678', 'qwertyuiopasdfgh', '123456789012345', 'tracekeeptracekeep', 'TraceKeep-2026!', 'Margarethe12345', 'margarethe-margarethe', 'poiuytrewqlkjhgf', 'well\ud800formed it is not'];
  for (const text of weak) assert.notEqual(passwordFault(text, 'Margarethe'), null, text);
});

test('passwordFault() never repeats the password, and takes linear time on hostile ones', () => {
  for (const text of ['secret', 'secretsecretsecret', 'qwertyqwerty-secret']) assert.ok(!(passwordFault(text, 'Ada') ?? '').includes('secret'));
  for (const text of ['q'.repeat(256), 'qw'.repeat(128), 'abcdefghij'.repeat(25)]) assert.notEqual(passwordFault(text, 'q'.repeat(128)), null);
});
