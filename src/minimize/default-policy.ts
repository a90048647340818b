/**
 * The policy in force where nobody configured one. Everything that is recognized goes; addresses of people's machines keep
 * their network, which is what most uses of them need.
 */
import type { Policy } from './policy.ts';

export const DEFAULT_POLICY: Policy = {
  version: 1,
  rules: [
    { kinds: ['ip'], action: 'shorten', note: 'IPv4 to /24, IPv6 to /48' },
    { kinds: ['literal'], action: 'replace', note: 'the statement stays readable with ? for each literal' },
    { action: 'replace', note: 'everything else that is recognized' },
  ],
};
