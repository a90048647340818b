/**
 * What browsers send besides the request, and what they are told to keep: which page a request came from, and cookies. All of it is
 * attacker-controlled where the sender is no browser, and a browser's own words where it is one: exactly the cases in which it matters.
 */
import type { IncomingMessage } from 'node:http';
import { LIMITS } from '#limits';
import { isTls } from '#tls';

/** The session of whoever is signed in. */
export const SESSION_COOKIE = 'tracekeep_session';
/** That somebody signed in from this browser before. */
export const DEVICE_COOKIE = 'tracekeep_device';

/**
 * True if a browser says that the request was begun by a page that is not ours: another site, or another port of this host, whose requests carry
 * our cookies although SameSite=Strict. Fetch Metadata says it best; browsers without it send Origin with what changes state.
 */
export function isForeign({ headersDistinct, socket }: IncomingMessage, changes: boolean): boolean {
  const { 'sec-fetch-site': sites, origin: origins, host: hosts } = headersDistinct;
  if (sites !== undefined) return !sites.every((site) => site === 'same-origin' || (site === 'none' && !changes));
  if (origins === undefined) return false;
  const own = hosts?.flatMap((host) => (isTls(socket) ? ['https'] : ['http', 'https']).map((scheme) => `${scheme}://${host}`.toLowerCase())) ?? [];
  return !origins.every((origin) => own.includes(origin.toLowerCase()));
}

/** The distinct values of a cookie, in the order they came: a browser sends several of one name if others set them for longer paths. */
export function cookiesOf({ headers }: IncomingMessage, name: string): string[] {
  const values = (headers.cookie ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair.startsWith(`${name}=`));
  return [...new Set(values.map((pair) => pair.slice(name.length + 1)))];
}

/**
 * SameSite=Strict: no other site's request carries it. Secure where the request came by TLS; loopback may be plain HTTP. A cookie belongs to the host
 * and not to the port: whatever else listens on this host is sent it as well.
 */
export function cookie({ socket }: Pick<IncomingMessage, 'socket'>, name: string, value: string, age_ms: number, path = '/'): string {
  return `${name}=${value}; Path=${path}; Max-Age=${Math.max(0, Math.floor(age_ms / 1_000))}; HttpOnly; SameSite=Strict${isTls(socket) ? '; Secure' : ''}`;
}

/** Kept as long as a session can live; whether it still does is the server's business. */
export function sessionCookie(request: IncomingMessage, token: string): string {
  return cookie(request, SESSION_COOKIE, token, LIMITS.session_ms_max);
}

export function deviceCookie(request: IncomingMessage, device: string): string {
  return cookie(request, DEVICE_COOKIE, device, LIMITS.device_ms_max);
}

const SEGMENTS_MAX = 8;

/** Takes away session cookies that others set for the paths above an address. Ours has the path `/` and stays. */
export function withoutTossed(url: string, request: IncomingMessage): string[] {
  const path = url.split('?', 1)[0] ?? '';
  if (!/^[\w.~%/-]{1,1024}$/.test(path)) return [];
  const segments = path.split('/').filter((one) => one !== '').slice(0, SEGMENTS_MAX);
  return segments.flatMap((_, at) => {
    const above = `/${segments.slice(0, at + 1).join('/')}`;
    return [cookie(request, SESSION_COOKIE, '', 0, above), cookie(request, SESSION_COOKIE, '', 0, `${above}/`)];
  });
}
