/** What tests say to a server and hear from it: exports as OTLP/JSON or bytes, and questions to the query API. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestServer } from './harness.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A value of OTLP/JSON: strings, integers, doubles, booleans, lists and maps of the same. */
export type Value = string | number | bigint | boolean | readonly Value[] | { readonly [key: string]: Value };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');

/** An OTLP/JSON span that began now; `more` overrides any of its fields. */
export function spanOf(attributes: Readonly<Record<string, Value>> = {}, more: Json = {}): Json {
  const now = BigInt(Date.now()) * 1_000_000n;
  const times = { startTimeUnixNano: String(now), endTimeUnixNano: String(now + 1_000_000n) };
  return { traceId: newTraceId(), spanId: newSpanId(), name: 'operation', kind: 2, ...times, attributes: attributesOf(attributes), ...more };
}

/** An export request with one resource and one scope. */
export function exportOf(spans: readonly Json[], service = 'shop', resource: Readonly<Record<string, Value>> = {}): Json {
  return { resourceSpans: [{ resource: { attributes: attributesOf({ 'service.name': service, ...resource }) }, scopeSpans: [{ scope: { name: 'test' }, spans }] }] };
}

export function attributesOf(values: Readonly<Record<string, Value>>): Json[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

export function anyValue(value: Value): Json {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  return Array.isArray(value) ? { arrayValue: { values: value.map(anyValue) } } : { kvlistValue: { values: attributesOf(value as Readonly<Record<string, Value>>) } };
}

/** Sends an export over OTLP/HTTP: an object as JSON, bytes as protobuf unless headers say otherwise. */
export async function send(server: TestServer, key: string | null, body: Json | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const bytes = body instanceof Uint8Array;
  const all = { 'Content-Type': bytes ? 'application/x-protobuf' : 'application/json', ...(key === null ? {} : { Authorization: `Bearer ${key}` }), ...headers };
  const response = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers: all, body: bytes ? body : JSON.stringify(body) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends an export that must be taken whole. */
export async function sendWell(server: TestServer, key: string, body: Json | Uint8Array<ArrayBuffer>): Promise<void> {
  const { status, text } = await send(server, key, body);
  assert.equal(status, 200, text);
  if (!(body instanceof Uint8Array)) assert.deepEqual(JSON.parse(text), {});
}

/** Asks the console port. */
export async function ask(server: TestServer, token: string | null, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const response = await fetch(server.console + path, { headers: { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Asks the console port for something that must be there. */
export async function askWell<T = Json>(server: TestServer, token: string, path: string): Promise<T> {
  const { status, text } = await ask(server, token, path);
  assert.equal(status, 200, `${path}: ${text}`);
  return JSON.parse(text) as T;
}

export interface Account {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly dropped: number;
  /** Refused spans by code; values replaced by kind. */
  readonly refusedBy: Readonly<Record<string, number>>;
  readonly minimized: Readonly<Record<string, number>>;
}

export interface Accounting {
  readonly totals: Account;
  readonly producers: readonly (Account & { readonly id: string; readonly name: string })[];
}

/** The accounting, which must balance: received = stored + refused + dropped, in all and for each producer. */
export async function balancedAccounting(server: TestServer, token: string): Promise<Accounting> {
  const accounting = await askWell<Accounting>(server, token, '/api/v1/accounting');
  for (const account of [accounting.totals, ...accounting.producers]) {
    assert.equal(account.received, account.stored + account.refused + account.dropped, `the accounting is out of balance: ${JSON.stringify(account)}`);
  }
  return accounting;
}
