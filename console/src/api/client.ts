/**
 * Asking the query API. The session rides in a cookie that no script can read; what changes state carries the session's CSRF token. A
 * refusal arrives as `ApiError` in the server's own words, which say what to do.
 */

export class ApiError extends Error {
  readonly status: number;
  /** A code of the table of refusals, or `unreachable`. */
  readonly code: string;
  readonly advice: string;
  readonly requestId: string;
  /** Seconds, where the server said when to come again. */
  readonly retryAfter_s: number | null;

  constructor(status: number, code: string, message: string, advice: string, requestId: string, retryAfter_s: number | null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.advice = advice;
    this.requestId = requestId;
    this.retryAfter_s = retryAfter_s;
  }
}

/** Values of a query string; absent ones are left out, lists repeat their name. */
export type QueryValues = Readonly<Record<string, string | number | readonly string[] | undefined>>;

let csrf: string | null = null;
let onSignedOut: () => void = () => undefined;

/** The token that changes must carry; the session query sets it. */
export function rememberCsrf(token: string | null): void {
  csrf = token;
}

/** What happens when the server no longer knows the session. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

let onStaleSession: () => void = () => undefined;

/** What happens when this page's CSRF token is not that of the cookie any more: somebody signed in anew in another tab. */
export function whenSessionIsStale(handler: () => void): void {
  onStaleSession = handler;
}

export function queryText(values: QueryValues): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') continue;
    if (typeof value === 'string' || typeof value === 'number') text.append(name, String(value));
    else for (const one of value) text.append(name, one);
  }
  const query = text.toString();
  return query === '' ? '' : `?${query}`;
}

export async function get<T>(path: string, values: QueryValues = {}, signal?: AbortSignal): Promise<T> {
  return ask<T>('GET', `${path}${queryText(values)}`, undefined, signal);
}

export async function post<T>(path: string, body: object = {}, signal?: AbortSignal): Promise<T> {
  return ask<T>('POST', path, body, signal);
}

export async function remove<T>(path: string): Promise<T> {
  return ask<T>('DELETE', path);
}

async function ask<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrf !== null) headers['x-tracekeep-csrf'] = csrf;
  let response: Response;
  try {
    response = await fetch(path, { method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error', body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiError(0, 'unreachable', 'The server did not answer.', 'Check that it runs and that this computer reaches it; the page tries again when you ask.', '', null);
  }
  if (!response.ok) {
    const error = await errorOf(response);
    if (error.status === 401 && error.code !== 'sign_in_failed' && path !== '/api/v1/session') onSignedOut();
    // The setting may have changed since the session began.
    if (error.code === 'csrf_refused' || error.code === 'second_factor_needed') onStaleSession();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string; readonly advice?: string; readonly requestId?: string };
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code = 'unreadable', message = `The server answered ${response.status}.`, advice = 'Try again; if it stays so, ask whoever runs this server.', requestId = '' } = body.error ?? {};
  const retry = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(response.status, code, message, advice, requestId, Number.isFinite(retry) ? retry : null);
}
