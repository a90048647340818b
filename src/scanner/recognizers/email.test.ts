import test from 'node:test';
import { expectMarks } from '#scanner/testing';
import { email, emailEntity, emailEscaped, emailPercentEncoded } from './email.ts';

test('email marks addresses and nothing around them', () => {
  for (const text of [
    '«jane.doe@example.com»',
    'mail «jane+shop@mail.example.co.uk».',
    'to=«jane@example.com»&cc=«joe@example.org»',
    '{"email":"«jane_doe-1@example.com»","n":1}',
    '/users/«jane@example.com»/orders',
    'mailto:«jane@example.com»?subject=x',
    "user '«o'brien@example.ie»' not found",
    '<«jane@example.com»>',
    '(«jane@example.com»), [«joe@example.com»];',
    'lookup of «jane@corp.local» failed: timeout',
    '«jörg@bücher.example» and «用户@例子.广告»',
    '«jane@xn--bcher-kva.example»',
    '联系邮箱是«jane@example.com»请回复',
    '«"jane doe"@example.com»',
    '"line one\\n«jane@example.com»\\n"',
    '«JANE@EXAMPLE.COM»',
    'sent to «jane@example.com»...',
    'key users:«jane@example.com»:profile',
    '«a@b.co»',
    '«jane@1und1.de» «jane@163.com»',
    'email%3D«jane@example.com»',
    'UNIQUE constraint: users.email=«jane@example.com»,tenant=4',
    'amqp://«guest%40corp.com»@mq'.replace(/[«»]/g, ''),
  ])
    expectMarks(email, text, 'email');
});

test('email takes the display name with the address', () => {
  expectMarks(email, 'From: «Jane Doe <jane@example.com>»', 'email');
  expectMarks(email, 'From: «"Doe, Jane" <jane@example.com>», b', 'email');
  expectMarks(email, 'failed to deliver to «Jane Doe <jane@example.com>»', 'email');
  expectMarks(email, 'failed to deliver to <«jane@example.com»>', 'email');
  expectMarks(email, '<a href="x"><«jane@example.com»>', 'email');
});

test('email leaves packages, images, hosts and objects alone', () => {
  for (const text of [
    'pkg@1.2.3', 'lodash@4.17.21-beta.next', '/node_modules/@scope/pkg@1.2.3/index.js', '@opentelemetry/api', 'github.com/a/b@v1.2.3-0.20240101120000-abcdefabcdef',
    'redis@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'registry.example.com/shop/cart@sha256:abc', 'java.lang.Object@1a2b3c', 'Object@1a2b3c.toString',
    'git@github.com:org/repo.git', 'ssh://git@github.com/org/repo', 'ssh://deploy@build.example.com/srv', 'postgres://app@db.example.com/shop', 'https://user:pw@host.example.com/x',
    'user@host', 'root@localhost:22', 'rabbit@rabbitmq-0.rabbitmq.default.svc.cluster.local', 'erl@ip-10-0-0-1.ec2.internal', 'getty@tty1.service', 'user@1000.service',
    'logo@2x.png', '/img/hero@3x.jpeg', '@app.route', 'SELECT @x.y', '@@version', 'a@', '@', 'a@b', 'actions/checkout@v4', 'vue@next', 'foo@.com', 'foo@bar.', 'x @ y.com', 'preact@10.5.13/hooks',
    'a@1.2.3.4', 'p@10.0.0.1:5432',
  ])
    expectMarks(email, text, 'email');
});

test('emailPercentEncoded marks addresses of encoded text', () => {
  for (const text of [
    '?email=«jane%40example.com»&x=1',
    '/users/«jane%2Bshop%40example.com»',
    'q=email%3D«jane%40example.com»%26x%3D1',
    'next=%2Flogin%3Fuser%3D«jane%2540example.com»%26a',
    'q=email%253D«jane%2540example.com»',
    'https://«jane%40example.com»:pw@mq.example.com/',
    '«j%C3%B6rg%40example.com»',
    '«jane%40example%2Ecom»',
  ])
    expectMarks(emailPercentEncoded, text, 'email');
  for (const text of ['/@scope%2Fpkg', 'npm/%40scope%2Fpkg', 'pkg%401.2.3', 'a%40', '%40', 'rate%20%40%205']) expectMarks(emailPercentEncoded, text, 'email');
});

test('emailEscaped and emailEntity mark other ways to write the sign', () => {
  expectMarks(emailEscaped, '{"u":"«jane\\u0040example.com»"}', 'email');
  expectMarks(emailEscaped, '\\u0040 \\u0041', 'email');
  expectMarks(emailEntity, 'mail «jane&#64;example.com»; «joe&commat;example.com»', 'email');
  expectMarks(emailEntity, 'a=1&b=2;', 'email');
});
