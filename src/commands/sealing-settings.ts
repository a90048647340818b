/** The settings of the sealing root. */
import type { SealingSettings } from '#config';
import { readHttpsAddress } from '#tls/https-address';

import { unreadable, type Given } from './given.ts';
import { OperatorError } from './operator-error.ts';

export function readTransitUrl({ value, place }: Given): string | null {
  if (value === '') return null;
  const url = typeof value === 'string' ? readHttpsAddress(value) : null;
  if (url === null || url.search !== '') throw unreadable(place, 'an https address, such as https://vault.example.org:8200/v1/transit, or an http one of this machine');
  return url.href;
}

export function readTransitKey({ value, place }: Given): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(value)) throw unreadable(place, 'the name of a key, of letters, digits, dots, hyphens and underscores');
  return value;
}

export function sealingOf(kind: SealingSettings['kind'], { file, url, key, tokenFile }: { readonly file: string; readonly url: string | null; readonly key: string; readonly tokenFile: string | null }): SealingSettings {
  if (kind !== 'transit') return kind === 'file' ? { kind, file } : { kind };
  if (url === null || tokenFile === null) throw new OperatorError('cannot use sealing-root transit without sealing-transit-url and sealing-transit-token-file', 2);
  return { kind, url, key, tokenFile };
}
