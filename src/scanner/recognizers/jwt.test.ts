import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { jwt } from './jwt.ts';

const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';
const PAYLOAD = 'eyJzdWIiOiIxMjM0NTY3ODkwIn0';

test('jwt marks signed, encrypted, unsecured and truncated tokens', () => {
  for (const text of [
    `«${HEADER}.${PAYLOAD}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U»`,
    `token=«${HEADER}.${PAYLOAD}.sig_-123456» done`,
    `«eyJhbGciOiJub25lIn0.${PAYLOAD}.»`,
    `«${HEADER}.${PAYLOAD.slice(0, 12)}»`,
    '«eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2oja.48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvT»',
    '«eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvT»',
    '«v4.local.97TTOvgwIxNGvV80XKiGZg_kD3tsXM_-qB4dZGHOeN1cTkgQ4PnW8888l802W8d9»',
    '«v2.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIn0.Zm9vdGVy»',
  ]) expectMarks(jwt, text, 'jwt');
});

test('jwt leaves what merely begins so alone', () => {
  for (const text of ['eyJhbGciOiJIUzI1NiJ9', 'eyebrow.shape.thin', 'eyes.open', 'monkeyJumps.overTheFence', 'v2.local.dev', 'jwt expired']) expectMarks(jwt, text, 'jwt');
});
