import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOfName, wordsOf } from './names.ts';
import { KEY } from './recognizer.ts';
import type { KeyClass } from './recognizer.ts';

const PASSWORD = KEY.secret | KEY.password;

test('wordsOf() cuts names of every style', () => {
  assert.deepEqual(wordsOf('X-API-Key'), ['x', 'api', 'key']);
  assert.deepEqual(wordsOf('dbPassword2'), ['db', 'password']);
  assert.deepEqual(wordsOf('APIKey'), ['api', 'key']);
  assert.deepEqual(wordsOf('spring.datasource.pass_word'), ['spring', 'datasource', 'pass', 'word']);
  assert.deepEqual(wordsOf('MYSQL_ROOT_PASSWORD_1'), ['mysql', 'root', 'password']);
  assert.deepEqual(wordsOf('contraseña'), ['contraseña']);
  assert.deepEqual(wordsOf('---'), []);
});

function all(keyClass: KeyClass, names: string): void {
  for (const name of names.split(' ')) assert.equal(classOfName(name), keyClass, name);
}

test('names of passwords', () => {
  all(PASSWORD, 'password PASSWORD dbPassword db_password Password1 PGPASSWORD MYSQL_PWD userpwd passwd passphrase spring.datasource.password new_password passwordConfirmation password_hash contraseña senha mot_de_passe motDePasse mdp Passwort пароль 密码 smtp_pass otp cvv db_pass');
});

test('names of other secrets', () => {
  all(KEY.secret, 'token accessToken access_token X-Auth-Token GITHUB_TOKEN user_token3 refreshToken secret clientSecret client_secret apiKey api_key API-KEY apikey x-api-key secretAccessKey aws_secret_access_key privateKey encryption_key signing-key license_key AccountKey SharedAccessKey credentials mnemonic csrf_token csrfmiddlewaretoken jwt token_value secretValue APP_SECRET_BASE64 consumer.key');
});

test('names of sessions and cookies', () => {
  all(KEY.session, 'sessionId session_id JSESSIONID PHPSESSID connect.sid ASP.NET_SessionId laravel_session');
  all(KEY.cookie, 'Cookie cookies set-cookie setCookie');
  all(KEY.secret | KEY.authorization, 'authorization Authorization proxy-authorization');
});

test('names that only may carry a secret', () => {
  all(KEY.perhaps, 'key code auth signature access_key_id session sid signature nonce stripe_key');
});

test('names that carry none though a secret word is in them', () => {
  const names = 'token_type tokenCount max_tokens total_tokens next_page_token continuationToken password_policy has_password is_password_valid secret_name public_key primaryKey cache.key routing_key idempotency-key partition_key tokenizer author authority keyboard monkey passenger compass bypass token_ttl secretary cookie_policy session_state author_name first_pass';
  for (const name of names.split(' ')) assert.equal(classOfName(name) & (PASSWORD | KEY.session | KEY.cookie | KEY.perhaps | KEY.authorization), 0, name);
});

test('names of people and their machines', () => {
  for (const name of ['phone', 'userPhone', 'mobile_number', 'email', 'iban', 'card_number', 'ssn', 'tax_id', 'passport_no', 'nationalId']) assert.notEqual(classOfName(name) & KEY.personal, 0, name);
  for (const name of ['clientIp', 'client_ip', 'remote_addr', 'remoteAddress', 'x-forwarded-for', 'user.ip', 'ip', 'ipAddress']) assert.notEqual(classOfName(name) & KEY.clientAddress, 0, name);
  for (const name of ['server_ip', 'host.ip', 'k8s.pod.ip', 'podIp', 'ship', 'zip']) assert.equal(classOfName(name) & KEY.clientAddress, 0, name);
});

test('names of ids', () => {
  for (const name of ['trace_id', 'orderId', 'request.uuid', 'commit_sha', 'version', 'timestamp']) assert.notEqual(classOfName(name) & KEY.identifier, 0, name);
  for (const name of ['tax_id', 'national_id', 'card']) assert.equal(classOfName(name) & KEY.identifier, 0, name);
});

test('a name of hostile length is judged by its end', () => {
  assert.equal(classOfName(`${'a-'.repeat(100_000)}password`), PASSWORD);
});
