import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scanner } from './scanner.ts';

const scanner = new Scanner();
/** What is stored of a text below a key. */
const stored = (key: string, text: string): string => {
  let written = '';
  let at = 0;
  for (const mark of scanner.scanText(text, scanner.keyClass(key)) ?? []) {
    written += text.slice(at, mark.start) + (mark.instead ?? `[${mark.kind}]`);
    at = mark.end;
  }
  return written + text.slice(at);
};

test('names of people go where the key says that it is one', () => {
  for (const key of ['user.full_name', 'user.name', 'enduser.name', 'customer.first_name', 'customer.lastName', 'app.patient.name', 'contact.displayName', 'cardholder_name', 'card.holder.name', 'familyName', 'surname', 'billing_name', 'x.name.first', 'person.real_name', 'Vorname']) {
    assert.equal(stored(key, 'Ada Lovelace'), '[person-name]', key);
    assert.equal(stored(key, 'Müller'), '[person-name]', key);
  }
});

test('postal addresses go where the key says so', () => {
  for (const key of ['shipping_address', 'billingAddress', 'customer.address.street', 'order.address.line1', 'street', 'customer.address', 'delivery.postal_code', 'zipCode', 'home_address', 'geo.postal_code', 'user.address', 'Anschrift']) {
    assert.equal(stored(key, '12 Main Street, Springfield'), '[postal-address]', key);
    assert.equal(stored(key, '10115'), '[postal-address]', key);
  }
  assert.equal(stored('user.address', '10.1.2.3:8080'), '10.1.2.3:8080');
});

test('dates of birth go where the key says so', () => {
  for (const key of ['date_of_birth', 'user.dob', 'birthDate', 'customer.birthday', 'patient.birth_date', 'geburtsdatum', 'date_de_naissance']) {
    for (const date of ['1980-04-12', '12/04/1980', '19800412', '12. April 1980']) assert.equal(stored(key, date), '[birth-date]', key);
  }
});

test('names and addresses of other things stay', () => {
  for (const key of ['service.name', 'host.name', 'thread.name', 'file.name', 'db.name', 'k8s.pod.name', 'client.name', 'display_name', 'name', 'process.executable.name', 'guest_vm.guest.name', 'code.function.name', 'container.image.name', 'messaging.destination.name', 'geo.region.name', 'product.name', 'rule.name', 'db.user', 'username', 'user_name', 'os.name', 'customer.id', 'cloud.region', 'tenant.name', 'author.namespace', 'aws.s3.bucket.name', 'webhook.recipient.name']) {
    assert.equal(stored(key, 'checkout east'), 'checkout east', key);
  }
  for (const key of ['server.address', 'address', 'email.address.count', 'wallet_address', 'mac_address', 'memory.address', 'place_of_birth', 'birth_rate', 'created_date', 'update_date', 'postal.service']) assert.equal(stored(key, 'x 1980'), 'x 1980', key);
  for (const account of ['root', 'postgres', 'system:serviceaccount:kube-system:default', 'NT AUTHORITY\\SYSTEM']) assert.equal(stored('user.name', account), account);
});

test('what stands in their place is left alone', () => {
  for (const [key, text] of [['user.full_name', '[person-name]'], ['street', '[postal-address]'], ['dob', '[birth-date]'], ['first_name', '***'], ['first_name', '${name}'], ['dob', 'unknown']] as const) assert.equal(stored(key, text), text);
});

test('members of JSON, forms and queries have names of their own', () => {
  assert.equal(stored('body', '{"id":7,"first_name":"Ada","lastName":"Lovelace","dob":"1815-12-10","street":"12 St James","city":"London"}'), '{"id":7,"first_name":"[person-name]","lastName":"[person-name]","dob":"[birth-date]","street":"[postal-address]","city":"London"}');
  assert.equal(stored('body', '{"body":"{\\"firstName\\":\\"Ada\\"}"}'), '{"body":"{\\"firstName\\":\\"[person-name]\\"}"}');
  assert.equal(stored('url.full', 'https://shop.example/u?page=2&first_name=Ada&birthdate=1815-12-10'), 'https://shop.example/u?page=2&first_name=[person-name]&birthdate=[birth-date]');
  assert.equal(stored('body', 'surname=Lovelace&zip_code=10115&x=1'), 'surname=[person-name]&zip_code=[postal-address]&x=1');
  assert.equal(stored('body', '{"service_name":"checkout","file_name":"a.txt","address":"10.0.0.1"}'), '{"service_name":"checkout","file_name":"a.txt","address":"10.0.0.1"}');
});
