/** Documents that were altered: whatever it is, a byte or a member, and wherever, they are not proved. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomOf } from '#merkle/testing';
import { isEvidenceFlaw } from './evidence.ts';
import { RESTRICTED_KEYS, sealedSpan } from './span-samples.ts';
import { answerTo, bytesOf, evidenceOf, flawOf, proved, TRACE, type Json, type JsonObject, type StoredSpan } from './testing.ts';

const SEED = 20_261_129;
const restricted = (key: string): boolean => RESTRICTED_KEYS.has(key);

test(`whichever byte is replaced, the key of the log alone refuses it (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const bytes = bytesOf(evidenceOf({ blocks: [[smallSpan()]], others: 1, later: 1, restricted: (key) => key === 'user.id' || key === 'host.user', quantum: true, witnesses: ['w1'], seals: 'opened' }, ['user.id']));
  assert.ok(!isEvidenceFlaw(answerTo(bytes)) && bytes.length < 16_000, `${bytes.length} bytes`);
  for (const [position, byte] of bytes.entries()) {
    const other = random(2) === 0 ? byte ^ (1 << random(8)) : (byte + 1 + random(127)) % 128;
    const altered = bytes.with(position, other);
    assert.ok(isEvidenceFlaw(answerTo(altered)), `byte ${position} of ${bytes.length} as ${other}: ${Buffer.from(altered).toString('latin1', position - 20, position + 20)}`);
  }
});

/** Of no number with an exponent and no text with an escape, of which JSON has two spellings. */
function smallSpan(): StoredSpan {
  const attribute = (key: string, stringValue: string): JsonObject => ({ key, value: { stringValue } });
  return {
    placed: {
      resource: { attributes: [attribute('service.name', 'cart')] }, resourceSchemaUrl: undefined, scope: { name: 'http' }, scopeSchemaUrl: undefined,
      span: { traceId: TRACE, spanId: '0000000000000001', name: 'GET /', kind: 2, startTimeUnixNano: '1764450000000000000', endTimeUnixNano: '1764450000000005000', attributes: [attribute('user.id', 'u-1'), attribute('host.user', 'root'), attribute('colour', 'green'), attribute('who', '[sealed]'), { key: 'part', value: { doubleValue: 0.5 } }] },
    },
    minimized: [{ place: 'attributes.colour', kind: 'email', count: 1 }],
    sealed: [{ field: 'attributes[3]', key: 'who', letter: 's', text: 'ann' }],
  };
}

test(`no byte is altered or put in so that other content is proved (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const bytes = bytesOf(evidenceOf({ blocks: [[sealedSpan()]], restricted, seals: 'opened' }, ['enduser.id', 'exception.message']));
  let same = 0;
  for (let position = 0; position < bytes.length; position++) {
    const [byte, insert, chars] = [bytes[position]!, random(8) === 0, '09aAzZ"{}[]:,. \\\t-\u0000'];
    const other = random(2) === 0 ? byte ^ (1 << random(8)) : chars.charCodeAt(random(chars.length));
    const altered = insert ? Buffer.concat([bytes.subarray(0, position), Uint8Array.of(other), bytes.subarray(position)]) : Buffer.from(bytes.with(position, other));
    if (isEvidenceFlaw(answerTo(altered))) continue;
    same++;
    assert.deepEqual(JSON.parse(altered.toString()), JSON.parse(Buffer.from(bytes).toString()), `byte ${position} of ${bytes.length} as ${other}`);
  }
  assert.ok(same < bytes.length / 20, `${same} alterations changed nothing`);
});

test('no member is altered, removed or added so that the document is proved', () => {
  const document = evidenceOf({ blocks: [[sealedSpan()]], restricted, seals: 'opened' }, ['enduser.id', 'exception.message']);
  let tried = 0;
  const alter = (path: string, change: () => void, back: () => void): void => {
    change();
    tried++;
    assert.notEqual(flawOf(document), 'proved', path);
    back();
  };
  const walk = (value: Json, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) alter(`${path}[]`, () => value.push(structuredClone(value[0] ?? {})), () => value.pop());
    else alter(`${path}.more`, () => (value['more'] = 1), () => delete value['more']);
    for (const [name, member] of Object.entries(value)) {
      const [place, owner] = [`${path}.${name}`, value as JsonObject];
      // Nobody needs to name a key that is given.
      for (const other of others(member)) if (place !== '.keys' || !Array.isArray(other)) alter(`${place} as ${JSON.stringify(other)}`, () => (owner[name] = other), () => (owner[name] = member));
      // What is absent has its default; and what a seal holds need not be shown.
      if (name !== 'opened' && !Array.isArray(value) && !['{}', '[]'].includes(JSON.stringify(member))) {
        const members = Object.entries(owner);
        alter(`without ${place}`, () => delete owner[name], () => {
          for (const [one] of members) delete owner[one];
          Object.assign(owner, Object.fromEntries(members));
        });
      }
      walk(member, place);
    }
  };
  walk(document, '');
  assert.ok(tried > 500, `${tried} alterations`);
  proved(document);
});

/** What is not the same as this, by one step. */
function others(value: Json): Json[] {
  if (typeof value === 'string') return [`${value} `, value === '' ? 'x' : '', null, value === '-0' ? 0 : `${value}\u0000`];
  if (typeof value === 'number') return [value === value + 1 ? value * 2 : value + 1, -value - 1, null, String(value), 0.5, ...(Object.is(value, -0) ? [0] : [])];
  if (typeof value === 'boolean') return [!value, null, Number(value)];
  return [null, Array.isArray(value) ? {} : [], ...(Array.isArray(value) && value.length > 0 ? [value.slice(1)] : [])];
}
