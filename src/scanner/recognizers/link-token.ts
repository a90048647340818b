/**
 * Tokens in the path of a URL, where no name stands beside them: links that reset a password, accept an invitation or end a
 * subscription for whoever holds them, and the addresses of web hooks. The path's words stay, the token goes.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isMasked, isPlaceholder, isUuid, looksRandom } from '#scanner/values';

export const linkToken: Recognizer = {
  id: 'credential.link',
  kind: 'credential',
  needs: FEATURE.schemeWord,
  find(text, _keyClass, mark) {
    if (!text.includes('/')) return;
    const marked = new Set<number>();
    const once = (start: number, end: number): void => {
      if (!marked.has(start)) mark(start, end);
      marked.add(start);
    };
    markSegments(text, HOOK, 8, true, once);
    markSegments(text, LINK_OF_PERSON, 3, true, once);
    markSegments(text, LINK, 3, false, once);
  },
};

/** Words before a token that also stand before ordinary ids. */
const LINK = /\/(?:verify|verification|confirm|confirmation|activate|activation|token|tokens|share|shared|key|join|optin|opt-in|authorize|hooks|catch|sso|validate|claim|approve)\/(?:\d{1,12}\/)?(?=[\w%+=.~-]{16})/gi;
/** Words that stand before nothing else; a UUID is a token there. */
const LINK_OF_PERSON =
  /(?:reset|resets|reset[-_]?password|password[-_]?resets?|password\/reset|password\/edit|set-password|forgot-password|recover|recovery|invite|invites|invitation|accept-invite|accept-invitation|verify[-_]?(?:e-?mail|account|user)|(?:e-?mail|account)[-/]verif(?:y|ication)|confirm[-_]?(?:e-?mail|account)|activate[-_]?account|unsubscribe|opt-out|magic|magic[-_]?link|magic[-_]?login|login[-_]?link|one-time|passwordless|signup\/complete)\/(?:\d{1,12}\/)?(?=[\w%+=.~-]{2})/gi;
/** Addresses of hooks of the big services and in general: all of the path behind them goes. `/webhooks/<UUID>` is a resource of a REST interface and stays. */
const HOOK =
  /(?:\/hook|\/webhook|\/webhookb2|hook\.[a-z0-9]{2,4}\.make\.com|hooks\.[\w.-]{3,40}\/services|hooks\.[\w.-]{3,40}\/workflows|\/webhooks\/\d{10,22}|maker\.ifttt\.com\/(?:trigger|use)\/[\w-]{1,64}\/(?:json\/)?with\/key|webhook\.site|hc-ping\.com|pagerduty\.com\/integration|victorops\.com\/integrations\/generic\/\d{1,9}\/alert|datadoghq\.(?:com|eu)\/v1\/input|pipedream\.net|inputs\.papertrailapp\.com)\/(?=[\w%+=.~@-]{10})/gi;

/** Marks from the first to the last of the next `segments_max` path segments that are tokens. */
function markSegments(text: string, expression: RegExp, segments_max: number, uuidToo: boolean, mark: (start: number, end: number) => void): void {
  expression.lastIndex = 0;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    let at = match.index + match[0].length;
    let first = -1;
    let last = -1;
    for (let segment = 0; segment < segments_max; segment++) {
      SEGMENT.lastIndex = at;
      const found = SEGMENT.exec(text)?.[0] ?? '';
      if (isToken(found, uuidToo)) {
        if (first < 0) first = at;
        last = at + found.length;
      }
      at += found.length;
      if (text[at] !== '/') break;
      at++;
    }
    if (first >= 0) {
      mark(first, last);
      expression.lastIndex = last;
    }
  }
}

const SEGMENT = /[\w%+=.~:@!$-]{0,2048}/y;

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const OBJECT_ID = /^[0-9a-f]{24}$/;
const IMAGE = /^[a-z][a-z0-9._-]{0,127}:[\w.-]{1,128}(?:@sha256:[0-9a-f]{64})?$/;

function isToken(segment: string, uuidToo: boolean): boolean {
  if (segment.length < 12 || isPlaceholder(segment) || isMasked(segment)) return false;
  if (isUuid(segment)) return uuidToo;
  // `/tokens/<id>` and the like are resources too, with the ids that databases give.
  if (!uuidToo && (ULID.test(segment) || OBJECT_ID.test(segment))) return false;
  // `registry.example.com/webhook/worker:1.4.2@sha256:…`
  if (IMAGE.test(segment)) return false;
  if (/^[0-9a-f]+$/i.test(segment)) return segment.length >= 20 && /\d/.test(segment);
  // Names of pods, regions and articles: words in small letters joined by hyphens.
  if (/^[a-z]{3,}(?:-[a-z0-9]+)+$/.test(segment) && !/[a-z0-9]{20}/.test(segment)) return false;
  if (/\.(?:[a-z]{2,5}|[a-z]\w{1,4})$/.test(segment) && segment.length < 40) return false;
  return looksRandom(segment.replace(/\.+$/, '')) || /^(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{24,}$/i.test(segment) || (uuidToo && /[0-9a-f]{20}/.test(segment)) || (uuidToo && /[0-9a-f]{8}-[0-9a-f]{4}-/.test(segment));
}
