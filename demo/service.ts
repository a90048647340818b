/**
 * What every service of the shop does the same way: listen on a free port, learn where the others listen, answer JSON, and
 * turn an error into a recorded exception and a status. Processes find each other through the IPC channel to the process that
 * started them, so nothing is configured and no port is guessed.
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpanStatusCode, trace } from '@opentelemetry/api';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body, `{}` when there is none. */
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** By `METHOD /first-path-segment`. */
export type Routes = Record<string, (request: Request) => Promise<Answer>>;

/** A failure that the customer should hear about as something other than 500. */
export class ShopError extends Error {
  readonly status: number;
  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** Ports of the other processes by name. */
type Peers = Readonly<Record<string, number>>;

const introduced = new Promise<Peers>((resolve) => {
  process.on('message', (message: { kind?: string; peers?: Peers }) => {
    if (message.kind === 'peers' && message.peers !== undefined) resolve(message.peers);
  });
  // `parent.ts` let go of the channel; a process that still waits for the others holds on to it.
  process.channel?.ref();
});

/** Says that this process listens (port 0: that it is there, but listens nowhere). */
export function announce(port: number): void {
  process.send?.({ kind: 'listening', port });
}

/** The host and port of another process; known once all of them have announced themselves. */
export async function addressOf(name: string): Promise<string> {
  return `127.0.0.1:${(await introduced)[name]}`;
}

export async function serveHttp(routes: Routes): Promise<Server> {
  const server = createServer((request, response) => {
    answer(routes, request).then(
      ({ status = 200, headers = {}, body }) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body)),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  announce((server.address() as AddressInfo).port);
  return server;
}

/** Calls another service and answers its JSON. A status of 400 or above becomes a `ShopError` of the same status. */
export async function call<T>(method: string, service: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`http://${await addressOf(service)}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const answered = (await response.json()) as T & { error?: string };
  if (response.status >= 400) throw new ShopError(response.status, `${service}: ${answered.error ?? response.statusText}`);
  return answered;
}

/** A log line in the old style: into the span, with everything in it. */
export function log(level: 'info' | 'warn' | 'error', message: string): void {
  trace.getActiveSpan()?.addEvent('log', { 'log.severity': level, 'log.message': message });
}

export function recordFailure(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span === undefined || !(error instanceof Error)) return;
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function answer(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://shop.example');
  const route = `${request.method} /${url.pathname.split('/')[1]}`;
  const handle = routes[route];
  if (handle === undefined) return { status: 404, body: { error: `no such page: ${url.pathname}` } };
  trace.getActiveSpan()?.updateName(route).setAttribute('http.route', route.slice(route.indexOf('/')));
  try {
    return await handle({ method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: request.headers, body: await readJson(request) });
  } catch (error) {
    recordFailure(error);
    const status = error instanceof ShopError ? error.status : 500;
    return { status, body: { error: error instanceof Error ? error.message : 'unknown error' } };
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
