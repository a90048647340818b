/**
 * The socket through which command-line verbs ask a running server: a Unix socket, 0600, in the data directory, which is 0700. Who may open it
 * owns the data, so it carries no credential. One question a connection: the client sends a line of JSON `{"verb","args"}` and the server
 * answers a line `{"answer"}`, `{"bytes"}` with so many bytes after it, `{"refused","detail"}` or `{"failed"}`, and closes.
 */
import { chmodSync, closeSync, constants, openSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';

import { LIMITS } from '#limits';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

export type AdminArguments = Readonly<Record<string, unknown>>;
/** An answer that JSON can hold, bytes, or a refusal. What it throws is reported to the client as a failure, by message alone. */
export type AdminHandler = (args: AdminArguments) => Promise<unknown>;

export interface AdminSocket {
  close(): Promise<void>;
}

/** No server has the socket open: none runs on this data directory. */
export const NO_SERVER = Symbol('no server');

/** The text of a policy is the longest there is; as JSON a character can take six bytes. */
const QUESTION_BYTES_MAX = 6 * LIMITS.policy_bytes_max + 64 * 1024;
const QUESTION_MS_MAX = 5_000;
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
/** Bytes are rows in columns, as the engine gives them. */
const RAW_BYTES_MAX = LIMITS.native_answer_bytes_max;
const CONNECTIONS_MAX = 32;
/** `sun_path` holds 108 bytes on Linux and 104 elsewhere, the final zero included. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

export function adminSocketPath(dataDir: string): string {
  return join(dataDir, 'admin.sock');
}

/** INVARIANT: the caller holds the lock of the data directory, so a socket that nobody answers is left over from a crash. */
export async function startAdminSocket(path: string, handlers: Readonly<Record<string, AdminHandler>>): Promise<AdminSocket> {
  if ((await askAdmin(path, 'ping')) !== NO_SERVER) throw new Error(`cannot open the admin socket ${path}: another server answers on it`);
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    void serveQuestion(socket, handlers);
  });
  server.maxConnections = CONNECTIONS_MAX;
  const short = shortPath(path);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(short.path, resolve);
    });
    chmodSync(path, 0o600);
  } catch (cause) {
    server.close();
    throw new Error(`cannot open the admin socket ${path}`, { cause });
  } finally {
    short.release();
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(path, { force: true });
          resolve();
        });
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** Asks the server of a data directory. `NO_SERVER` if none runs; throws if it fails to answer. */
export async function askAdmin(path: string, verb: string, args: AdminArguments = {}): Promise<unknown | Refusal | typeof NO_SERVER> {
  const short = shortPath(path);
  let text: string;
  let bytes: Uint8Array;
  try {
    ({ text, bytes } = await exchange(short.path, `${JSON.stringify({ verb, args })}\n`));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return NO_SERVER;
    throw new Error('cannot ask the running server', { cause });
  } finally {
    short.release();
  }
  const reply = readObject(text);
  if (isRefusal(reply)) return reply;
  if ('failed' in reply) throw new Error(`cannot ask the running server: ${String(reply['failed'])}`);
  return 'bytes' in reply ? bytes : reply['answer'];
}

async function serveQuestion(socket: Socket, handlers: Readonly<Record<string, AdminHandler>>): Promise<void> {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(QUESTION_MS_MAX, () => socket.destroy());
  let reply: unknown;
  try {
    const question = readObject(await readLine(socket, QUESTION_BYTES_MAX));
    socket.setTimeout(0);
    reply = await answerOf(question, handlers);
  } catch (error) {
    reply = { failed: error instanceof Error ? error.message : 'unknown reason' };
  }
  if (socket.destroyed) return;
  if (reply instanceof Uint8Array) {
    socket.write(`${JSON.stringify({ bytes: reply.length })}\n`);
    socket.end(reply);
  } else socket.end(`${JSON.stringify(reply)}\n`);
}

async function answerOf({ verb, args }: Readonly<Record<string, unknown>>, handlers: Readonly<Record<string, AdminHandler>>): Promise<unknown> {
  if (verb === 'ping') return { answer: 'pong' };
  const handler = typeof verb === 'string' && Object.hasOwn(handlers, verb) ? handlers[verb] : undefined;
  if (handler === undefined) return refuse('path_unknown', 'a verb this server does not know');
  const answer = await handler(isObject(args) ? args : {});
  return isRefusal(answer) || answer instanceof Uint8Array ? answer : { answer: answer ?? null };
}

function exchange(path: string, question: string): Promise<{ text: string; bytes: Uint8Array }> {
  const socket = createConnection(path);
  return new Promise<{ text: string; bytes: Uint8Array }>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.end(question);
      readReply(socket).then(resolve, reject);
    });
  }).finally(() => socket.destroy());
}

/** A line, and where it says so the bytes that follow. */
async function readReply(socket: Socket): Promise<{ text: string; bytes: Uint8Array }> {
  const parts: Buffer[] = [];
  let length = 0;
  let end = -1;
  for await (const part of socket as AsyncIterable<Buffer>) {
    if (end < 0 && part.indexOf(0x0a) >= 0) end = length + part.indexOf(0x0a);
    parts.push(part);
    length += part.length;
    if (end < 0 ? length > ANSWER_BYTES_MAX : length - end > RAW_BYTES_MAX) throw new Error('cannot read an answer: it is too long');
  }
  if (end < 0) throw new Error('cannot read a line: the connection was closed');
  const all = Buffer.concat(parts);
  const text = all.toString('utf8', 0, end);
  const bytes = all.subarray(end + 1);
  const [, announced] = /^\{"bytes":(\d{1,10})\}$/.exec(text) ?? [];
  if (bytes.length !== Number(announced ?? 0)) throw new Error('cannot read an answer: the connection was closed within it');
  return { text, bytes };
}

/** The bytes up to the first line feed. */
function readLine(socket: Socket, bytesMax: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    socket.on('data', (part: Buffer) => {
      const end = part.indexOf(0x0a);
      parts.push(end < 0 ? part : part.subarray(0, end));
      bytes += part.length;
      if (end >= 0) resolve(Buffer.concat(parts).toString('utf8'));
      else if (bytes > bytesMax) reject(new Error(`cannot read a line longer than ${bytesMax} bytes`));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('cannot read a line: the connection was closed')));
  });
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('cannot read a line that is not JSON');
  }
  if (!isObject(value)) throw new Error('cannot read a line that is not a JSON object');
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path that fits into a socket address: on Linux a long one is reached through a descriptor of its folder. */
function shortPath(path: string): { readonly path: string; readonly release: () => void } {
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { path, release: () => {} };
  if (process.platform !== 'linux') throw new Error(`cannot use the admin socket ${path}: it is longer than ${PATH_BYTES_MAX} bytes; choose a shorter data directory`);
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
}
