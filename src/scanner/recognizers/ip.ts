/**
 * Addresses of people's machines, shortened: IPv4 to its /24, IPv6 to its /48, as data-protection authorities accept for
 * logs. Ports, brackets and lists stay.
 *
 * An address belongs to a person if the key says so (`client.address`), or the text does (`X-Forwarded-For: …`,
 * `remote_addr=…`, `client 203.0.113.9`). Server addresses stay whole: they are what a trace is about. Private and
 * link-local addresses of clients are shortened too: inside a company they name a person's machine; loopback names nobody.
 * The other end of a connection (`network.peer.address`, `peer_ip=…`) may be a client, a proxy or a database: there only
 * public addresses are shortened, the others are infrastructure. A host name under such a key stays.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { endsEscape, isDigitCode, isHexCode, isWordCode } from './surroundings.ts';

const NAMES_CLIENT =
  /(?:x[-_](?:original[-_])?forwarded[-_]for|forwarded["']?[:=] ?["']?(?:.{0,60};)? ?for|[;,] ?for|x[-_]real[-_]ip|true[-_]client[-_]ip|(?:cf|fastly|do)[-_]connecting[-_]ip|fastly[-_]client[-_]ip|x[-_]client[-_]ip|x[-_]cluster[-_]client[-_]ip|remote[-_ ]?(?:addr(?:ess)?|ip|host)|client(?:[-_ .]?(?:ip|addr(?:ess)?|host))?|(?:user|visitor|caller|customer|source|src|login|sender)[-_ .]?(?:ip|addr(?:ess)?)(?:[-_ ]addr(?:ess)?)?|visitor|logged in from|(?:sign|log)[- ]?(?:in|ed in|on) from|ip[-_ ]address)["'\]]{0,2}(?: ?(?:[:=]|=>|%3[AaDd]|is|from) ?| )["'[]{0,3}$/i;
const NAMES_PEER = /(?:^|[^A-Za-z])(?:peer|socket)[-_ .]?(?:ip|addr(?:ess)?)["'\]]{0,2}(?: ?(?:[:=]|=>|%3[AaDd]|is|from) ?| )["'[]{0,3}$/i;
/** Characters looked at before an address. */
const BEFORE = 96;

export const ip: Recognizer = {
  id: 'ip',
  kind: 'ip',
  needs: FEATURE.dottedQuad,
  find: (text, keyClass, mark) => findAddresses(text, keyClass, mark, false),
};

export const ipVersion6: Recognizer = {
  id: 'ip.v6',
  kind: 'ip',
  needs: FEATURE.hextets,
  find: (text, keyClass, mark) => findAddresses(text, keyClass, mark, true),
};

type MarkRange = Parameters<Recognizer['find']>[2];

function findAddresses(text: string, keyClass: number, mark: MarkRange, version6: boolean): void {
  const isClient = (keyClass & KEY.clientAddress) !== 0;
  const isPeer = (keyClass & KEY.peerAddress) !== 0;
  let listEnd = -1; // the end of the last address of a client: what follows a comma is one too
  for (const match of text.matchAll(version6 ? /[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,45}/g : /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/g)) {
    const start = match.index;
    const end = version6 ? start + trimmed(match[0]) : start + match[0].length;
    const address = text.slice(start, end);
    if (!isToken(text, start, end, version6)) continue;
    const short = version6 ? shortened6(address) : shortened4(address);
    if (short === undefined) continue;
    const continues = listEnd !== -1 && start - listEnd <= 24 && /^(?::\d{1,5})?["'\]]{0,2}(?:,|%2[Cc]) ?(?:for=)?["'[]{0,3}$/.test(text.slice(listEnd, start));
    if (!isClient && !continues) {
      const before = text.slice(Math.max(0, start - BEFORE), start);
      if (!NAMES_CLIENT.test(before) && !beginsAccessLine(text, start, end) && (!(isPeer || NAMES_PEER.test(before)) || !isPublic(address))) continue;
    }
    if (isLoopback(address)) continue;
    const zone = version6 ? (/^%(?:25)?[A-Za-z0-9._-]{1,16}/.exec(text.slice(end, end + 20))?.[0].length ?? 0) : 0;
    listEnd = end + zone;
    // What is a network already is marked too: other networks may be wanted, or none.
    mark(start, listEnd, short);
  }
}

/** A line of an access log in the common format: `203.0.113.9 - jane [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200`. */
function beginsAccessLine(text: string, start: number, end: number): boolean {
  return (start === 0 || text[start - 1] === '\n') && text[end] === ' ' && /^ \S{1,64} \S{1,64} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/.test(text.slice(end, end + 160));
}

/** RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
function isLoopback(address: string): boolean {
  return /^(?:::ffff:(?:0{1,4}:)?)?127\.|^(?:0{0,4}:){2,7}0{0,3}[01]$|^::$/i.test(address);
}

/** Neither private (RFC 1918, RFC 4193), shared (RFC 6598), link-local nor loopback, unspecified or multicast. */
function isPublic(address: string): boolean {
  if (isLoopback(address)) return false;
  const version4 = /^(?:::ffff:(?:0{1,4}:)?)?(\d+)\.(\d+)\.\d+\.\d+$/i.exec(address);
  if (version4 === null) return !/^(?:f[cdef]|:)/i.test(address);
  const first = Number(version4[1]);
  const second = Number(version4[2]);
  if (first === 0 || first === 10 || first >= 224) return false;
  if (first === 100) return second < 64 || second > 127;
  if (first === 172) return second < 16 || second > 31;
  return !(first === 192 && second === 168) && !(first === 169 && second === 254);
}

/** The address without the punctuation of the sentence after it. */
function trimmed(address: string): number {
  let length = address.length;
  while (address[length - 1] === '.' || (address[length - 1] === ':' && address[length - 2] !== ':')) length -= 1;
  return length;
}

/** Whether the range is no part of a longer number, name or version. */
function isToken(text: string, start: number, end: number, version6: boolean): boolean {
  const before = text.charCodeAt(start - 1);
  if (start > 0 && (isWordCode(before) || before === 46 || before === 45) && !endsEscape(text, start)) return false;
  if (version6) return end >= text.length || !isWordCode(text.charCodeAt(end));
  // `::ffff:203.0.113.9` is looked at as IPv6; `http:203…` does not occur.
  if (before === 58 && isHexCode(text.charCodeAt(start - 2)) && /:[0-9A-Fa-f]{0,4}:$/.test(text.slice(Math.max(0, start - 6), start))) return false;
  if (before === 58 && text[start - 2] === ':') return false;
  const after = text.charCodeAt(end);
  return end >= text.length || !(isWordCode(after) || after === 45 || (after === 46 && isWordCode(text.charCodeAt(end + 1))));
}

/** The /24 of an IPv4 address, undefined if it is none. */
export function shortened4(address: string): string | undefined {
  let last = 0;
  let parts = 0;
  for (let from = 0; from <= address.length; parts++) {
    let to = from;
    let part = 0;
    for (; to < address.length && isDigitCode(address.charCodeAt(to)); to++) part = part * 10 + address.charCodeAt(to) - 48;
    if (to === from || to - from > 3 || part > 255 || (to < address.length && address.charCodeAt(to) !== 46)) return undefined;
    last = from;
    from = to + 1;
  }
  return parts === 4 ? `${address.slice(0, last)}0` : undefined;
}

/** The /48 of an IPv6 address (RFC 4291 §2.2), an IPv4-mapped one by its IPv4 part; undefined if it is none. */
export function shortened6(address: string): string | undefined {
  const mapped = /^::ffff:(?:0{1,4}:)?([\d.]+)$/i.exec(address);
  if (mapped?.[1]?.includes('.') === true) {
    const short = shortened4(mapped[1]);
    return short === undefined ? undefined : `${address.slice(0, address.length - mapped[1].length)}${short}`;
  }
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  const groups = [...head, ...new Array<string>(8 - count).fill('0'), ...tail].slice(0, 3);
  while (groups.length > 0 && /^0+$/.test(groups.at(-1)!)) groups.pop();
  return `${groups.join(':')}::`;
}

/** Groups of up to four hexadecimal digits; the last may be an IPv4 address, which counts as two. */
function groupsOf(text: string, mayEndInVersion4: boolean): string[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const last = groups.at(-1)!;
  if (mayEndInVersion4 && last.includes('.')) {
    if (shortened4(last) === undefined) return undefined;
    groups.splice(-1, 1, '0', '0');
  }
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) ? groups : undefined;
}
