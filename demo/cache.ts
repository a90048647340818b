/**
 * The shop's cache and queue: a small in-memory server that speaks the Redis protocol (RESP 2) to an unmodified `ioredis`, so
 * that its official instrumentation is at work. Our own, because no maintained server for this protocol can be had from npm
 * without compiling or downloading a binary. It knows the few commands that the shop uses and refuses the others.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { announce } from './service.ts';

/** `null` is the nil bulk string, `NIL_ARRAY` the nil array that a timed-out BRPOP answers. */
type Reply = string | number | null | Error | readonly string[] | typeof NIL_ARRAY | typeof OK;

const OK = Symbol('OK');
const NIL_ARRAY = Symbol('nil array');
const ARGUMENTS_MAX = 1024;
const ARGUMENT_BYTES_MAX = 1024 * 1024;

export async function startCache(): Promise<Server> {
  const store = new Store();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    serve(socket, store).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

class Store {
  readonly #strings = new Map<string, { value: string; expires: number }>();
  readonly #hashes = new Map<string, Map<string, string>>();
  readonly #lists = new Map<string, string[]>();
  readonly #waiting = new Map<string, ((item: string) => void)[]>();

  run([name = '', key = '', ...rest]: string[]): Reply | Promise<Reply> {
    switch (name.toUpperCase()) {
      case 'PING':
        return 'PONG';
      case 'INFO':
        return 'redis_version:7.0.0\r\nloading:0\r\n';
      case 'CLIENT':
      case 'SELECT':
      case 'AUTH':
        return OK;
      case 'SET': {
        const expires = rest[1]?.toUpperCase() === 'EX' ? Date.now() + Number(rest[2]) * 1000 : Infinity;
        this.#strings.set(key, { value: rest[0] ?? '', expires });
        return OK;
      }
      case 'GET':
        return this.#live(key);
      case 'DEL':
        return [key, ...rest].filter((each) => [this.#strings, this.#hashes, this.#lists].map((kind) => kind.delete(each)).includes(true)).length;
      case 'INCR': {
        const next = Number(this.#live(key) ?? 0) + 1;
        this.#strings.set(key, { value: String(next), expires: Infinity });
        return next;
      }
      case 'HSET': {
        const hash = this.#hashes.get(key) ?? new Map<string, string>();
        this.#hashes.set(key, hash);
        const before = hash.size;
        for (let i = 0; i + 1 < rest.length; i += 2) hash.set(rest[i] as string, rest[i + 1] as string);
        return hash.size - before;
      }
      case 'HGETALL':
        return [...(this.#hashes.get(key) ?? [])].flat();
      case 'LPUSH':
        return this.#push(key, rest);
      case 'BRPOP':
        return this.#pop(key, Number(rest[0]));
      default:
        return new Error('ERR unknown command');
    }
  }

  #live(key: string): string | null {
    const held = this.#strings.get(key);
    if (held === undefined || held.expires > Date.now()) return held?.value ?? null;
    this.#strings.delete(key);
    return null;
  }

  #push(key: string, items: string[]): number {
    const list = this.#lists.get(key) ?? [];
    this.#lists.set(key, list);
    for (const item of items) {
      const waiter = this.#waiting.get(key)?.shift();
      if (waiter === undefined) list.unshift(item);
      else waiter(item);
    }
    return list.length;
  }

  #pop(key: string, timeout_s: number): Reply | Promise<Reply> {
    const item = this.#lists.get(key)?.pop();
    if (item !== undefined) return [key, item];
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(key) ?? [];
      this.#waiting.set(key, waiters);
      const giveUp = timeout_s > 0 ? setTimeout(() => (waiters.splice(waiters.indexOf(take), 1), resolve(NIL_ARRAY)), timeout_s * 1000) : undefined;
      const take = (taken: string): void => (clearTimeout(giveUp), resolve([key, taken]));
      waiters.push(take);
    });
  }
}

async function serve(socket: Socket, store: Store): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let command = readCommand(rest); command !== null; command = readCommand(rest)) {
      rest = rest.subarray(command.bytes);
      socket.write(encode(await store.run(command.words)));
    }
  }
}

/** An array of bulk strings, the only form a client sends; `null` until it is complete. */
function readCommand(buffer: Buffer): { words: string[]; bytes: number } | null {
  const count = readLength(buffer, 0, '*', ARGUMENTS_MAX);
  if (count === null) return null;
  const words: string[] = [];
  let at = count.next;
  for (let i = 0; i < count.value; i++) {
    const length = readLength(buffer, at, '$', ARGUMENT_BYTES_MAX);
    if (length === null || buffer.length < length.next + length.value + 2) return null;
    words.push(buffer.toString('utf8', length.next, length.next + length.value));
    at = length.next + length.value + 2;
  }
  return { words, bytes: at };
}

function readLength(buffer: Buffer, at: number, type: string, max: number): { value: number; next: number } | null {
  const end = buffer.indexOf('\r\n', at);
  if (end < 0) return null;
  const value = Number(buffer.toString('latin1', at + 1, end));
  if (buffer[at] !== type.charCodeAt(0) || !Number.isInteger(value) || value < 0 || value > max) throw new Error('cannot read command');
  return { value, next: end + 2 };
}

function encode(reply: Reply): string {
  if (reply === OK) return '+OK\r\n';
  if (reply === NIL_ARRAY) return '*-1\r\n';
  if (reply === null) return '$-1\r\n';
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encode).join('')}`;
}

if (import.meta.main) {
  const server = await startCache();
  process.on('SIGTERM', () => process.exit(0));
  announce((server.address() as AddressInfo).port);
}
