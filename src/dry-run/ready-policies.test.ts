/** Presets and imported configurations at work: what would really be stored under them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { importCollector, isImported } from '#collector';
import { DEFAULT_TENANT, Secret } from '#model';
import { compilePolicy } from '#policy';
import { presetText } from '#policy/presets';
import { readPolicy } from '#policy/read';
import { isRefusal } from '#refusal';
import { StoredForms } from './stored-form.ts';

const CARD = '4111 1111 1111 1111';

/** Attributes as they would be stored; those that are gone are not there. */
function stored(policy: string, sent: Readonly<Record<string, string | number>>, name = 'op'): Readonly<Record<string, string>> {
  const { document } = readPolicy(policy);
  const forms = new StoredForms(compilePolicy(document!), { tenant: DEFAULT_TENANT, services: ['*'] }, new Secret(new Uint8Array(randomBytes(32))));
  const attributes = Object.entries(sent).map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) } }));
  forms.take(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: '01'.repeat(16), spanId: '01'.repeat(8), name, attributes }] }] }] })), 'json');
  const [answer] = forms.answers();
  assert.ok(answer !== undefined && !isRefusal(answer));
  return Object.fromEntries((answer.spans[0]?.attributes ?? []).map(({ key, text }) => [key, text]));
}

test('GDPR: people are pseudonyms, special categories are gone, places are coarse', () => {
  const { 'user.id': user, ...rest } = stored(presetText('gdpr')!, {
    'user.id': 'ada-1815', 'patient.diagnosis': 'flu', 'user.email': 'ada@example.org', 'client.address': '203.0.113.77', note: 'call ada@example.org at +49 30 901820', 'http.route': '/orders/{id}',
    'url.full': 'https://shop.example/orders/1815?mail=ada%40example.org', 'gen_ai.input.messages': 'I feel ill', 'db.query.text': "SELECT * FROM users WHERE name = 'Ada'", 'http.response.status_code': 200,
  });
  assert.match(user!, /^\[pseudonym:/);
  assert.deepEqual(rest, {
    'user.email': '[field]', 'client.address': '203.0.113.0', note: 'call [email] at [phone]', 'http.route': '/orders/{id}', 'url.full': rest['url.full']!, 'db.query.text': 'SELECT * FROM users WHERE name = ?', 'http.response.status_code': '200',
  });
  assert.match(rest['url.full']!, /^https:\/\/shop\.example\/orders\/\{id\}/);
  assert.ok(!/1815|ada/.test(rest['url.full']!));
});

test('PCI DSS: of card numbers the last four digits, of what authenticates a payment nothing', () => {
  assert.deepEqual(stored(presetText('pci-dss')!, { 'card.cvv': '123', track2_data: ';4111111111111111=2912', 'payment.pin': '1234', card_number: CARD, note: `paid with ${CARD}`, swipe: 'read ;4111111111111111=25121010000012345678? twice', 'log.body': '%B4111111111111111^BYRON/ADA^25121010000012345678?', 'message.body': '{"data":";4111111111111111=25121010000012345678?"}', cardholder_name: 'Ada Lovelace', 'db.password': 'hunter2', amount: 12 }), {
    card_number: '***1111', note: 'paid with ***1111', swipe: 'read ;[card]? twice', 'log.body': '%[card]?', 'message.body': '{"data":";[card]?"}', cardholder_name: '[field]', 'db.password': '[password]', amount: '12',
  });
});

test('HIPAA: the identifiers are gone, dates keep their year, ages above 89 are one', () => {
  const kept = stored(presetText('hipaa')!, {
    'patient.name': 'Ada', 'address.city': 'London', zip_code: 'W1', zip: '94110', 'user.city': 'London', date_of_birth: '1935-12-10T00:00:00Z', admission_date: '2024-12-10T00:00:00Z', 'patient.age': 93, 'user.age': 34, 'contact.phone': '555', fax_number: '1', 'user.email': 'a@b.example', ssn: '078-05-1120', mrn: 'M1', member_id: '1',
    account_number: '1', license_number: '1', vin: '1', 'device.id': 'd', 'url.full': 'https://clinic.example/patients/77?x=1', 'client.address': '203.0.113.77', biometric_hash: 'x', photo_url: 'y', 'user.id': 'ada', note: 'client 203.0.113.77 logged in', 'http.route': '/patients/{id}',
  });
  const { admission_date: admitted, 'url.full': url, ...rest } = kept;
  assert.match(admitted!, /^2024(?!-12-10)/);
  assert.ok(!url!.includes('77'), url);
  assert.match(readPolicy(presetText('hipaa')!).document!.rules.find(({ id }) => id === 'ages')!.reason!, /all others 0/);
  assert.deepEqual(rest, { 'patient.age': '90', 'user.age': '0', 'user.id': '[field]', note: 'client [ip] logged in', 'http.route': '/patients/{id}' });
});

test('an imported Collector configuration takes away what the Collector does', () => {
  const found = importCollector(`
processors:
  redaction:
    allowed_keys: [note, api_token, "user.id", "http.url"]
    blocked_key_patterns: [".*token.*"]
    blocked_values: ["E-[0-9]{6}"]
    url_sanitizer: { enabled: true, attributes: ["http.url"] }
  attributes:
    actions: [{ key: user.id, action: hash }, { key: note.of, action: delete }]
`);
  assert.ok(isImported(found));
  const { 'user.id': user, ...rest } = stored(found.text, { note: 'staff E-123456 called', api_token: 'abc', 'user.id': 'ada', 'note.of': 'x', 'http.url': 'https://a.example/orders/17', other: 'y' });
  assert.match(user!, /^\[pseudonym:/);
  assert.deepEqual(rest, { note: 'staff [redaction-blocked-value] called', api_token: '[field]', 'http.url': 'https://a.example/orders/{id}' });
});
