/**
 * Colours of a drawing: ANSI sequences around text that has been made safe, or none at all.
 */
import type { DrawnSpan } from './drawn-trace.ts';

/** Twelve colours of the 256-colour palette that stay apart on dark and light grounds. */
const SERVICE_COLORS = [33, 208, 35, 170, 136, 39, 166, 99, 71, 205, 30, 142] as const;

/** Each service has the colour its name leads to; where two of one trace meet, the later name takes the next free one. */
export function colorsOf(spans: readonly DrawnSpan[]): Map<string, number> {
  const colors = new Map<string, number>();
  const taken = new Set<number>();
  for (const service of [...new Set(spans.map((span) => span.service))].sort()) {
    let at = hashOf(service) % SERVICE_COLORS.length;
    for (let step = 0; taken.has(at) && step < SERVICE_COLORS.length; step += 1) at = (at + 1) % SERVICE_COLORS.length;
    taken.add(at);
    colors.set(service, SERVICE_COLORS[at] ?? 33);
  }
  return colors;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}

export interface Paint {
  readonly color: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly amber: (text: string) => string;
  readonly code: (color: number, text: string) => string;
  readonly reverse: (color: number, text: string) => string;
}

export function painter(color: boolean): Paint {
  const wrapIn = (open: string) => (text: string): string => (color && text !== '' ? `\u001b[${open}m${text}\u001b[0m` : text);
  return {
    color,
    bold: wrapIn('1'),
    dim: wrapIn('2'),
    red: wrapIn('31'),
    amber: wrapIn('33'),
    code: (code, text) => wrapIn(`38;5;${code}`)(text),
    reverse: (code, text) => wrapIn(`7;38;5;${code}`)(text),
  };
}
