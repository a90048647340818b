/**
 * Query strings of the console: plain names and texts, repeated names for lists, so that a link can be read, written by hand and sent to
 * somebody. (The router would otherwise quote every text as JSON.)
 */

export type Address = Record<string, string | readonly string[] | undefined>;

export function readAddress(text: string): Address {
  const address: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const before = address[name];
    if (before === undefined) address[name] = value;
    else if (typeof before === 'string') address[name] = [before, value];
    else before.push(value);
  }
  return address;
}

export function writeAddress(address: Record<string, unknown>): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(address)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') text.append(name, String(one));
    }
  }
  const query = text.toString();
  return query === '' ? '' : `?${query}`;
}

/** A parameter that stands once; the first of several. */
export function oneOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

/** A parameter that may repeat. */
export function manyOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'string' && one !== '').map(String);
}
