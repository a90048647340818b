/**
 * Which version and key exchange a connection has. Node tells a server no group, but its session, as OpenSSL writes it (`SSL_SESSION` in DER),
 * has one: member [19]. What cannot be read is unknown.
 */
import type { TLSSocket } from 'node:tls';

export interface Exchange {
  readonly version: string;
  /** As IANA calls it, or `unknown`. */
  readonly group: string;
}

/** IANA TLS Supported Groups. */
const GROUPS: ReadonlyMap<number, string> = new Map([
  [0x0017, 'secp256r1'],
  [0x0018, 'secp384r1'],
  [0x001d, 'x25519'],
  [0x11eb, 'SecP256r1MLKEM768'],
  [0x11ec, 'X25519MLKEM768'],
  [0x11ed, 'SecP384r1MLKEM1024'],
]);

/** What a recording of today does not give to a quantum computer of tomorrow. */
export function isPostQuantum({ group }: Pick<Exchange, 'group'>): boolean {
  return group.includes('MLKEM');
}

export function exchangeOf(socket: TLSSocket): Exchange {
  const version = socket.getProtocol() ?? 'unknown';
  const session = socket.getSession();
  if (session === undefined) return { version, group: 'unknown' };
  const group = GROUPS.get(groupIn(session) ?? 0) ?? 'unknown';
  // It holds the secret of the connection.
  session.fill(0);
  return { version, group };
}

const SEQUENCE = 0x30;
const KEX_GROUP = 0xb3;
const INTEGER = 0x02;

/** The number in member [19] of a session; null if there is none, or it is not one. */
export function groupIn(der: Uint8Array): number | null {
  const whole = elementAt(der, 0);
  if (whole === null || der[0] !== SEQUENCE) return null;
  for (let at = whole.from; at < whole.to; ) {
    const element = elementAt(der, at);
    if (element === null) return null;
    if (der[at] === KEX_GROUP) {
      const number = elementAt(der, element.from);
      if (number === null || der[element.from] !== INTEGER || number.to - number.from > 4) return null;
      return der.subarray(number.from, number.to).reduce((sum, byte) => sum * 256 + byte, 0);
    }
    at = element.to;
  }
  return null;
}

/** Where the content of an element with a tag of one byte begins and ends. */
function elementAt(der: Uint8Array, at: number): { readonly from: number; readonly to: number } | null {
  const first = der[at + 1];
  if (first === undefined) return null;
  const more = first < 0x80 ? 0 : first - 0x80;
  if (more > 3) return null;
  const length = more === 0 ? first : der.subarray(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
  const from = at + 2 + more;
  return from + length <= der.length ? { from, to: from + length } : null;
}
