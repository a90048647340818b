import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { oddlyNamed, pgpass, sidekiq, tokenShapes } from './shapes.ts';

const HEX32 = '0123456789abcdef0123456789abcdef';

test('tokenShapes marks credentials by their form', () => {
  for (const text of [
    'bot «110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9»',
    '«MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs»',
    `«${HEX32}-us12»`,
    `«${HEX32}-00001111-22223333»`,
    `sid «SK${HEX32}»`,
    'facebook «1308742762612587|rhoK1cbv0DOU_RTX_87O4MkX7AI»',
    `«patAbCdEfGhIj1234.${HEX32}${HEX32}»`,
    `«1/1141789034189586:${HEX32}»`,
    '«re_8f3kd93k_d02kd83kdA7sK2m9Q1x5B8c0»',
    `«1000.${HEX32}.${HEX32}»`,
  ]) expectMarks(tokenShapes, text, 'credential');
});

test('tokenShapes leaves ids alone', () => {
  for (const text of [HEX32, `${HEX32}-x`, '550e8400-e29b-41d4-a716-446655440000', `AC${HEX32}`, 'SKU0123456789012345678901234567890', 'core_service_name_of_20_chars', 'Mozilla5.0.Windows.NT10.0.Win64.x64', '2024/1715948096789:partition']) expectMarks(tokenShapes, text, 'credential');
});

test('sidekiq marks the credentials of its gem server', () => {
  expectMarks(sidekiq, 'export BUNDLE_ENTERPRISE__CONTRIBSYS__COM=«cafebabe:deadbeef»', 'credential');
  expectMarks(sidekiq, 'BUNDLE_GEMS__CONTRIBSYS__COM: x', 'credential');
});

test('pgpass and oddlyNamed mark what has no name beside it', () => {
  expectMarks(pgpass, 'db.example.com:5432:shop:app:«aH2ehDPtvNoSLznj»', 'password');
  expectMarks(pgpass, '*:5432:*:postgres:«oz24CncvIUPZ!»', 'password');
  for (const text of ['db:5432:shop', 'GET http://db:5432/a:b:c', 'db:5432:shop:app:[password]']) expectMarks(pgpass, text, 'password');
  expectMarks(oddlyNamed, 'Unseal Key 1: «DGGe7eon5hWOEOs8PyH7Je1YSh3K7DttKq1h9zEqn4T=»', 'credential');
  expectMarks(oddlyNamed, `CLIENT_RANDOM ${'a1'.repeat(32)} «${'b2'.repeat(48)}»`, 'credential');
  expectMarks(oddlyNamed, 'NT hash: «45a33cb95f2b07f25658ffa9d661c7cb»', 'credential');
  for (const text of ['Unseal Key 1: sealed', 'content hash: 45a33cb95f2b07f25658ffa9d661c7cb', 'client random numbers']) expectMarks(oddlyNamed, text, 'credential');
});
