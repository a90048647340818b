import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { DEFAULT_POLICY } from './default-policy.ts';
import { RIGHT, WRONG } from './policy-samples.ts';
import { policySchema } from './schema.ts';

const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: false }).compile(policySchema());

test('what the reader takes, the schema takes', () => {
  for (const [name, policy] of Object.entries({ ...RIGHT, 'the default one': DEFAULT_POLICY })) assert.ok(validate(JSON.parse(JSON.stringify(policy))), `${name}: ${JSON.stringify(validate.errors)}`);
});

test('what the reader refuses for its form, the schema refuses', () => {
  for (const [name, policy] of Object.entries(WRONG)) assert.ok(!validate(JSON.parse(JSON.stringify(policy))), name);
});

test('each member is described for people', () => {
  let count = 0;
  const look = (schema: unknown, trail: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [name, inner] of Object.entries((schema as { properties?: object }).properties ?? {})) {
      // The narrower form of a member that is described already.
      if (!trail.endsWith('.then')) assert.match((inner as { description: string }).description, /\.$/, `${trail}.${name}`);
      count++;
    }
    for (const [keyword, inner] of Object.entries(schema)) look(inner, `${trail}.${keyword}`);
  };
  look(policySchema(), 'policy');
  assert.ok(count > 40);
});
