/** The colour of a service: one of twelve, by its name alone, so that it is the same on every page, day and machine. */

export const SERVICE_COLOURS = 12;

/** Of the seeds tried, one that spreads common names of services well. */
const SEED = 428;

/** 1 to 12; FNV-1a over the UTF-16 units of the name, its bits mixed once more because names are short. */
export function colourIndex(service: string): number {
  let hash = SEED;
  for (let at = 0; at < service.length; at += 1) hash = Math.imul(hash ^ service.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  return ((hash >>> 0) % SERVICE_COLOURS) + 1;
}

/** For CSS: `var(--service-3)`. */
export function serviceColour(service: string): string {
  return `var(--service-${colourIndex(service)})`;
}
