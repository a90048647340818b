/**
 * Where somebody goes after signing in: the address they came from, if it is one of ours. Whatever stands in `?to=` may have been written by somebody
 * else, who would like to be gone to.
 */

const START = '/';

export function returnAddress(wanted: unknown, origin: string): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return START;
  let url: URL;
  try {
    // The browser's own reading: `//x`, `/\x` and tabs in between all mean another host.
    url = new URL(wanted, origin);
  } catch {
    return START;
  }
  const path = url.pathname + url.search + url.hash;
  if (url.origin !== origin || path.startsWith('//') || url.pathname.startsWith('/api/') || url.pathname === '/sign-in') return START;
  return path;
}

export interface LinkInAddress {
  readonly kind: 'first' | 'link';
  readonly text: string;
}

/** The link of `#first=…` or `#link=…`. */
export function linkOf(hash: string): LinkInAddress | null {
  const [, kind, text] = /^#(first|link)=([A-Za-z0-9_-]{1,128})$/.exec(hash) ?? [];
  return text === undefined ? null : { kind: kind === 'first' ? 'first' : 'link', text };
}
