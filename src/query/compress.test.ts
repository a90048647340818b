/** Compressed answers: large JSON for those who take gzip, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { LIMITS } from '#limits';
import fastify from 'fastify';
import { installCompression, takesGzip } from './compress.ts';

const LARGE = JSON.stringify({ text: 'spans '.repeat(LIMITS.uncompressed_answer_characters_max) });
const app = fastify();
installCompression(app);
app.get('/large', (_request, reply) => reply.type('application/json; charset=utf-8').send(LARGE));
app.get('/small', (_request, reply) => reply.type('application/json; charset=utf-8').send('{"csrf":"secret"}'));
app.get('/text', (_request, reply) => reply.type('text/plain').send(LARGE));

const ask = (url: string, accepted = 'gzip, deflate, br'): Promise<{ headers: Record<string, unknown>; body: string; rawPayload: Buffer }> => app.inject({ url, headers: { 'accept-encoding': accepted } });

test('a large JSON answer is the same, and smaller, for those who take gzip', async () => {
  const answer = await ask('/large');
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(answer.rawPayload).toString(), LARGE);
  assert.ok(answer.rawPayload.length < LARGE.length / 10);
  assert.equal(answer.headers['vary'], 'accept-encoding');
});

test('others get it as it is', async () => {
  for (const [url, accepted] of [['/large', 'identity'], ['/large', 'gzip;q=0, br'], ['/small', 'gzip'], ['/text', 'gzip']] as const) {
    const answer = await ask(url, accepted);
    assert.equal(answer.headers['content-encoding'], undefined, `${url} ${accepted}`);
    assert.ok(answer.body.startsWith(url === '/small' ? '{"csrf"' : '{"text"'));
  }
});

test('takesGzip() reads lists, weights and the star', () => {
  for (const yes of ['gzip', 'br;q=1, GZIP;q=0.5', '*', 'x-gzip', 'deflate, gzip ; q=0.001']) assert.equal(takesGzip(yes), true, yes);
  for (const no of [undefined, '', 'br', 'gzip;q=0', 'gzip;q=0.000', '*;q=0', 'gzip;q=0, *']) assert.equal(takesGzip(no), false, String(no));
});
