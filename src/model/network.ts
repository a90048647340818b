/** Networks of addresses: what is counted together, and what is written down in place of an address. */
import { isIPv4, isIPv6 } from 'node:net';

/** Whoever has one IPv6 address usually has the 2⁶⁴ of its network. */
export function subscriberOf(address: string): string {
  return !isIPv6(address) || address.startsWith('::ffff:') ? address : groupsOf(address).slice(0, 4).join(':');
}

/** For the log: IPv4 to /24, IPv6 to /48, as the policy shortens addresses in traces. */
export function networkText(address: string): string {
  const four = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (isIPv4(four)) return `${four.split('.').slice(0, 3).join('.')}.0/24`;
  return isIPv6(address) ? `${groupsOf(address.replace(/%.*$/, '')).slice(0, 3).join(':')}::/48` : 'unknown';
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const last = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  return [...groups, ...Array.from({ length: Math.max(0, 8 - groups.length - last.length) }, () => '0'), ...last];
}
