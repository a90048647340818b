/** The colour of a service: one of twelve, by its name alone, so that it is the same on every page, day and machine. */

export const SERVICE_COLOURS = 12;

/** 1 to 12; FNV-1a over the UTF-16 units of the name. */
export function colourIndex(service: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < service.length; at += 1) hash = Math.imul(hash ^ service.charCodeAt(at), 0x01000193);
  // The low bits of short names are poorly mixed; fold the high ones in.
  return (((hash >>> 16) ^ hash) >>> 0) % SERVICE_COLOURS + 1;
}

/** For CSS: `var(--service-3)`. */
export function serviceColour(service: string): string {
  return `var(--service-${colourIndex(service)})`;
}
