/** What stands instead of a recognized part. What an action does not understand is replaced: `[kind]`. */
import type { Action } from '#policy';
import type { Mark } from '#scanner/recognizer';
import { masked } from './characters.ts';
import { networkOf, type Prefixes } from './network.ts';
import type { PseudonymUse } from './pseudonyms.ts';

/** Of the value of one tenant that came at one time; null without a key. */
export type PseudonymOf = (value: string | Uint8Array, use: Omit<PseudonymUse, 'tenant'>) => string | null;

/** The networks that recognizers put in the stead of addresses. */
export const RECOGNIZED_NETWORK: Prefixes = { v4: 24, v6: 48 };

export function insteadOf(action: Action, mark: Mark, text: string, pseudonymOf: PseudonymOf): string {
  if (typeof action === 'object') {
    const part = text.slice(mark.start, mark.end);
    if ('replace' in action) return `[${action.replace.with}]`;
    if ('mask' in action) return masked(part, action.mask.last);
    if ('pseudonymize' in action) return pseudonymOf(part, action.pseudonymize) ?? `[${mark.kind}]`;
    if ('generalize' in action && 'network' in action.generalize && mark.kind === 'ip') return network(part, mark.instead, action.generalize.network) ?? '[ip]';
  }
  // What a recognizer of addresses puts in their stead is a network, which was not asked for.
  return mark.kind === 'ip' ? '[ip]' : (mark.instead ?? `[${mark.kind}]`);
}

/** An address that is written in some encoding is known only by the network that was found in it; what is asked for may be no finer. */
function network(address: string, recognized: string | undefined, prefixes: Prefixes): string | null {
  if (isRecognizedNetwork(prefixes) && recognized !== undefined) return recognized;
  return networkOf(address, prefixes) ?? (recognized === undefined ? null : networkOf(recognized, prefixes));
}

export function isRecognizedNetwork({ v4, v6 }: Prefixes): boolean {
  return v4 === RECOGNIZED_NETWORK.v4 && v6 === RECOGNIZED_NETWORK.v6;
}
