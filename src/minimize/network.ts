/**
 * Addresses to the network they are in. IPv4 by its own prefix, also within IPv6 (RFC 4291 §2.5.5.2); any other IPv6 by the other. Written as the
 * recognizer of addresses writes networks: without the length of the prefix.
 */

export interface Prefixes {
  readonly v4: number;
  readonly v6: number;
}

const ZONE = /%(?:25)?[A-Za-z0-9._-]{1,16}$/;
const MAPPED = /^(::ffff:(?:0{1,4}:)?)(\d[\d.]*)$/i;
/** An address as headers and attributes hold it: perhaps in brackets, perhaps with a port. */
const WITH_PORT = /^(?:\[([0-9A-Fa-f:.%\w-]{2,64})\](:\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3})(:\d{1,5})|([0-9A-Fa-f:.]{2,64}(?:%[\w.-]{1,18})?))$/;

/** The network of one address, null if the text is none. A zone goes. */
export function networkOf(address: string, { v4, v6 }: Prefixes): string | null {
  const text = address.replace(ZONE, '');
  const mapped = MAPPED.exec(text);
  if (mapped !== null) {
    const network = network4(mapped[2]!, v4);
    return network === null ? null : mapped[1]! + network;
  }
  return text.includes(':') ? network6(text, v4, v6) : network4(text, v4);
}

/** The same for a whole value: one address or a list with commas, brackets and ports as they were. Null if anything else is in it. */
export function networksOf(text: string, prefixes: Prefixes): string | null {
  const written: string[] = [];
  for (const piece of text.split(',')) {
    const found = WITH_PORT.exec(piece.trim());
    if (found === null) return null;
    const [, bracketed, bracketedPort = '', beforePort, port = '', bare] = found;
    const network = networkOf((bracketed ?? beforePort ?? bare)!, prefixes);
    if (network === null) return null;
    written.push(bracketed === undefined ? network + port : `[${network}]${bracketedPort}`);
  }
  return written.join(', ');
}

function network4(text: string, prefix: number): string | null {
  let network = '';
  let from = 0;
  for (let at = 0; at < 4; at++) {
    let to = from;
    let part = 0;
    for (let digit = text.charCodeAt(to) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++to) - 48) part = part * 10 + digit;
    if (to === from || to - from > 3 || part > 255 || (at < 3 ? text[to] !== '.' : to !== text.length)) return null;
    network += (at === 0 ? '' : '.') + String(part & maskOf(prefix, at, 8));
    from = to + 1;
  }
  return network;
}

function network6(text: string, v4: number, v6: number): string | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  // An IPv4 address in hexadecimal is one all the same.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return `::ffff:${network4([groups[6]! >>> 8, groups[6]! & 255, groups[7]! >>> 8, groups[7]! & 255].join('.'), v4)!}`;
  const network = groups.map((group, at) => group & maskOf(v6, at, 16));
  let length = 8;
  while (length > 0 && network[length - 1] === 0) length--;
  const kept = network.slice(0, length).map((group) => group.toString(16)).join(':');
  return length === 8 ? kept : `${kept}${length === 7 ? ':0' : '::'}`;
}

function groupsOf(text: string, mayEndInVersion4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [at, piece] of pieces.entries()) {
    if (mayEndInVersion4 && at === pieces.length - 1 && piece.includes('.')) {
      const address = network4(piece, 32);
      if (address === null) return null;
      const [a, b, c, d] = address.split('.').map(Number);
      groups.push((a! << 8) | b!, (c! << 8) | d!);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(piece)) groups.push(Number.parseInt(piece, 16));
    else return null;
  }
  return groups;
}

/** Of the part of an address that begins `at` times `width` bits behind its start. */
function maskOf(prefix: number, at: number, width: number): number {
  const bits = Math.max(0, Math.min(width, prefix - at * width));
  return (2 ** width - 1) & ~(2 ** (width - bits) - 1);
}
