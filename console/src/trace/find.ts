/** Finding spans by text: names and services here and at once, attributes and events by the server. */
import { ERROR, type Outline } from '#outline/outline.ts';

export interface Found {
  readonly marked: Uint8Array;
  readonly count: number;
}

/** Spans whose name, service or id contains the text, and those that the server names. */
export function findSpans(outline: Outline, text: string, ids: readonly string[]): Found {
  const wanted = text.toLowerCase();
  const byName = outline.names.map((name) => name.toLowerCase().includes(wanted));
  const byService = outline.services.map((name) => name.toLowerCase().includes(wanted));
  const isId = /^[0-9a-f]{16}$/.test(wanted);
  const named = new Set(ids);
  const marked = new Uint8Array(outline.size);
  let count = 0;
  for (let span = 0; span < outline.size; span += 1) {
    const id = outline.ids[span] ?? '';
    if (byName[outline.name[span] ?? 0] !== true && byService[outline.service[span] ?? 0] !== true && !(isId && id === wanted) && !(named.size > 0 && named.has(id))) continue;
    marked[span] = 1;
    count += 1;
  }
  return { marked, count };
}

export function findErrors(outline: Outline): Uint8Array {
  return Uint8Array.from(outline.status, (status) => (status === ERROR ? 1 : 0));
}
