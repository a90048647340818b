import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { foreignNames } from './foreign-names.ts';

test('foreignNames marks passwords under names of other scripts', () => {
  for (const text of ['пароль: «секрет123»', '密码：«hunter2»', '"パスワード":"«hunter2»"', '비밀번호=«hunter2» x', 'şifre = «hunter2»', '密码是«hunter2»']) expectMarks(foreignNames, text, 'password');
});

test('foreignNames leaves mentions alone', () => {
  for (const text of ['неверный пароль', '密码错误', 'пароль: [password]', 'пароль: ****']) expectMarks(foreignNames, text, 'password');
});
