import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { kubernetesSecret } from './kubernetes-secret.ts';

test('kubernetesSecret marks every value of data and stringData', () => {
  for (const text of [
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  user: «YWRtaW4=»\n  ca.crt: «aHVudGVyMg==»\ntype: Opaque\n',
    'kind: Secret\nstringData:\n  a: "«b c»"\n',
    '{"kind":"Secret","metadata":{"name":"x"},"data":{"user":"«YWRtaW4=»","foo":"«aHVudGVyMg==»"}}',
    '{\\"kind\\":\\"Secret\\",\\"data\\":{\\"foo\\":\\"«aHVudGVyMg==»\\"}}',
  ]) expectMarks(kubernetesSecret, text, 'credential');
});

test('kubernetesSecret leaves other objects and references alone', () => {
  for (const text of ['kind: ConfigMap\ndata:\n  secret: x\n', 'kind: Secret\nmetadata:\n  name: my-secret\n', '{"kind":"SecretList","data":{"a":"b"}}', 'kind: Secret\ndata:\n  a: [credential]\n']) expectMarks(kubernetesSecret, text, 'credential');
});
