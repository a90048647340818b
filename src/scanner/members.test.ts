import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forEachMember } from './members.ts';

function membersOf(text: string): string[] {
  const found: string[] = [];
  forEachMember(text, (name, start, end) => found.push(`${name}=${text.slice(start, end)}`));
  return found;
}

test('forEachMember() reads JSON members and parameters', () => {
  assert.deepEqual(membersOf('{"phone": "123", "n":{"card":4111, "x":"a\\"b"}}'), ['phone=123', 'card=4111', 'x=a\\"b']);
  assert.deepEqual(membersOf('/p?phone=0123&ip=10.0.0.1 done'), ['phone=0123', 'ip=10.0.0.1']);
});

test('forEachMember() takes text that is cut off', () => {
  assert.deepEqual(membersOf('{"a":"1","phone":"012'), ['a=1', 'phone=012']);
  assert.deepEqual(membersOf('{"a":'), []);
  assert.deepEqual(membersOf('phone='), []);
});

test('forEachMember() looks into a string of JSON and into an address inside an address', () => {
  assert.deepEqual(membersOf('{"msg":"page=2&phone=0123","x":"1"}'), ['msg=page=2&phone=0123', 'page=2', 'phone=0123', 'x=1']);
  assert.deepEqual(membersOf('/cb?next=https://shop.example/?phone=0123&y=1'), ['next=https://shop.example/?phone=0123', 'phone=0123', 'y=1']);
});
