/**
 * The template of a URL: which page or route it was, not whose. Segments of the path that are ids become `{id}`, values of the query `?`; user and
 * fragment go. Works on whole URLs, on paths and on bare queries, without decoding them; what it does not know for a name, it takes for an id.
 */

const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]{0,31}:)?\/\/([^/?#\s]*))?([^?#]*)(\?[^#]*)?(#.*)?$/;
const BARE_QUERY = /^[A-Za-z_][\w.[\]-]{0,63}=/;
const HOST = /^(?:\[[A-Za-z0-9:.-]{2,80}\]|[A-Za-z0-9_.-]{1,255})?(?::\d{1,5})?$/;
const QUERY_NAME = /^[A-Za-z_][\w.-]{0,39}(?:\[[\w-]{0,32}\]){0,4}$/;
/** Words, perhaps joined, with no more than two digits in a row, and those not as a part of their own: `oauth2`, `order-items`, `index.html`. */
const NAME = /^[A-Za-z0-9._~+,!$*():-]{1,64}$/;
const NUMBERED = /\d{3}|[-_.~+,:]\d/;
const VERSION = /^v\d{1,3}(?:\.\d{1,3}){0,2}$/;
const PLACEHOLDER = /^\[[a-z0-9-]{1,64}(?::[a-z2-7]{16})?\]$/;
const UUID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/i;
const HEX = /(?:^|[^A-Za-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{6,}(?![A-Za-z0-9])/i;
const TEMPLATE = /^(?:\{[\w.*-]{1,64}\}|:[A-Za-z_]\w{0,63}|\*{1,2})$/;
/** A run of letters as long as few words are, or letters and digits by turns. */
const LONG_RUN = /[A-Za-z0-9]{25,}/;
const TURNS = /(?:[A-Za-z]\d|\d[A-Za-z])(?:[A-Za-z0-9]*(?:[A-Za-z]\d|\d[A-Za-z])){2}/;

/** Null if the text is no URL. */
export function urlTemplate(text: string): string | null {
  if (/\s/.test(text)) return null;
  if (BARE_QUERY.test(text)) return queryTemplate(text.replace(/#.*/, ''));
  const parts = URL_PARTS.exec(text);
  if (parts === null) return null;
  const [, scheme = '', authority, path = '', query] = parts;
  if (authority === undefined && !path.startsWith('/') && !(path === '' && query !== undefined)) return null;
  const host = authority?.slice(authority.lastIndexOf('@') + 1);
  if (host !== undefined && !HOST.test(host)) return null;
  const start = host === undefined ? '' : `${scheme}//${host}`;
  return start + path.split('/').map(segmentTemplate).join('/') + (query === undefined ? '' : `?${queryTemplate(query.slice(1))}`);
}

function segmentTemplate(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..' || PLACEHOLDER.test(segment) || TEMPLATE.test(segment) || VERSION.test(segment)) return segment;
  const isName = NAME.test(segment) && /[A-Za-z]/.test(segment) && !NUMBERED.test(segment) && !UUID.test(segment) && !HEX.test(segment) && !LONG_RUN.test(segment) && !TURNS.test(segment);
  return isName ? segment : '{id}';
}

function queryTemplate(query: string): string {
  if (query === '') return '';
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const name = at === -1 ? '' : pair.slice(0, at);
    // What has no value may be one.
    return pair === '' ? '' : name !== '' && QUERY_NAME.test(name) && !/\d{4}/.test(name) ? `${name}=?` : '?';
  }).join('&');
}
