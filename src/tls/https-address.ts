/** Addresses of others that this server asks: https, since whoever could change the answer could change who is let in; plain http on this machine alone. */
import { LIMITS } from '#limits';

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

/** Null for an address that is not asked. No user, password or fragment. */
export function readHttpsAddress(text: string): URL | null {
  if (text.length > LIMITS.issuer_characters_max || text.includes('#') || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine(url)) ? url : null;
}

export function isOnThisMachine({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname);
}
