// A server that is asked to stop says so to whoever sends it traffic, and still answers what it had begun to receive.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { addProducer, startServer, temporaryFolder, until } from '#harness';

test('while it drains it is alive but not ready, and finishes the request under way', async () => {
  const data = join(temporaryFolder(), 'data');
  const key = await addProducer(data, 'slow');
  const server = await startServer({ data });
  const { hostname, port } = new URL(server.otlpHttp);
  const sender = connect(Number(port), hostname);
  let answer = '';
  sender.setEncoding('utf8').on('data', (text: string) => (answer += text));
  const asked = 'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue';
  sender.write(`POST /v1/traces HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\n${asked}\r\n\r\n`);
  await until(() => answer.includes('100 Continue'), 'the request is under way');
  assert.equal((await fetch(`${server.console}/readyz`)).status, 200);

  server.child.kill('SIGTERM');
  await until(async () => (await fetch(`${server.console}/readyz`)).status === 503, 'it says that it is not ready');
  assert.equal((await fetch(`${server.console}/healthz`)).status, 200);
  const ended = once(sender, 'close');
  sender.write('{}');
  await ended;
  assert.match(answer, /HTTP\/1\.1 200 /);
  assert.deepEqual(await server.exited, { code: 0, signal: null });
});
