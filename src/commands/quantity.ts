/** Quantities as people write them: periods, sizes, addresses. Each reader gives null for what it cannot read. */
import { isIPv4, isIPv6 } from 'node:net';

import type { Address } from '#config';

const PERIODS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** `90s`, `15m`, `24h`, `30d` in milliseconds; `0` needs no unit. */
export function readPeriod(text: string): number | null {
  if (text === '0') return 0;
  return readQuantity(text, PERIODS);
}

/** `100GB`, `512MiB` in bytes; a number alone is bytes. */
export function readSize(text: string): number | null {
  return readQuantity(/^\d{1,16}$/.test(text) ? `${text}B` : text, SIZES);
}

function readQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const parts = /^(\d{1,16}) ?([A-Za-z]{1,3})$/.exec(text);
  const unit = parts?.[2];
  if (parts === null || unit === undefined || !Object.hasOwn(units, unit)) return null;
  const value = Number(parts[1]) * (units[unit] ?? 0);
  return Number.isSafeInteger(value) ? value : null;
}

/** `127.0.0.1:4318`, `[::1]:4318`, `localhost:4318`; port 0 lets the system choose. A host is an IP address or `localhost`, never looked up. */
export function readAddress(text: string): Address | null {
  const parts = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9.-]{1,253})):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) return null;
  const host = parts[1] ?? (parts[2] === 'localhost' ? '127.0.0.1' : parts[2]) ?? '';
  const fits = parts[1] === undefined ? isIPv4(host) : isIPv6(host);
  return fits ? { host, port } : null;
}

export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True for an address that only this machine reaches: 127.0.0.0/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3). */
export function isLoopback({ host }: Address): boolean {
  return isIPv4(host) ? host.startsWith('127.') : /^(?:0{1,4}:){7}0{0,3}1$/.test(host) || host === '::1';
}
