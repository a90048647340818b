/**
 * Where something was replaced, from the text that is stored with a span (`attributes.user.email`, `events.0.exception.message`, `name`) to the
 * words of the policy: a place, and the key of an attribute there. Which event or link of the span it was does not matter to a policy.
 */
import type { Place } from './document.ts';

export interface StatedPlace {
  readonly place: Place;
  /** Of the attribute; texts that are no attribute have the place's own name, so that there is always something to call it by. */
  readonly key: string;
  /** It was found in the key's own text, which no rule changes. */
  readonly inKey: boolean;
}

const TEXTS: Readonly<Record<string, Place>> = {
  name: 'span-name', 'status.message': 'status-message', trace_state: 'trace-state',
  'resource.schema_url': 'schema-url', 'scope.name': 'scope-name', 'scope.version': 'scope-version', 'scope.schema_url': 'schema-url',
};
const OF_EVENTS: Readonly<Record<string, Place>> = { name: 'event-name' };
const OF_LINKS: Readonly<Record<string, Place>> = { trace_state: 'trace-state' };

const IN_KEY = ' (key)';
const INDEXED = /^(events|links)\.[0-9]{1,10}\./;

/** Of any text: one of an unknown form is taken for the key of an attribute of the span. */
export function statedPlace(text: string): StatedPlace {
  const inKey = text.endsWith(IN_KEY);
  const where = inKey ? text.slice(0, -IN_KEY.length) : text;
  const named = inKey ? undefined : known(TEXTS, where);
  if (named !== undefined) return { place: named, key: named, inKey };
  const [prefix, list] = INDEXED.exec(where) ?? [];
  if (prefix !== undefined) {
    const key = where.slice(prefix.length);
    const text = inKey ? undefined : known(list === 'events' ? OF_EVENTS : OF_LINKS, key);
    return text === undefined ? { place: list === 'events' ? 'event' : 'link', key, inKey } : { place: text, key: text, inKey };
  }
  for (const place of ['resource', 'scope'] as const) if (where.startsWith(`${place}.`)) return { place, key: where.slice(place.length + 1), inKey };
  return { place: 'span', key: where.startsWith('attributes.') ? where.slice('attributes.'.length) : where, inKey };
}

function known(texts: Readonly<Record<string, Place>>, name: string): Place | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}
