/** A Collector's configuration as a tree that knows its lines. YAML's anchors and aliases are usual there, so they are followed, up to a bound on the whole. */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { LIMITS } from '#limits';

export interface ConfigNode {
  /** From 1. */
  readonly line: number;
  /** Of a scalar; null for nothing. */
  readonly value: string | number | boolean | null;
  readonly items: readonly ConfigNode[] | null;
  readonly members: ReadonlyMap<string, ConfigNode> | null;
}

export interface Unreadable {
  readonly line: number;
  readonly message: string;
}

class TooMuch extends Error {}

export function readConfig(text: string): ConfigNode | Unreadable {
  const lines = new LineCounter();
  if (text.length > LIMITS.collector_config_bytes_max) return { line: 1, message: `it is longer than ${LIMITS.collector_config_bytes_max} bytes` };
  const document = parseDocument(text, { lineCounter: lines, merge: true, logLevel: 'silent' });
  const [error] = document.errors;
  // The library quotes what it choked on.
  if (error !== undefined) return { line: lines.linePos(error.pos[0]).line, message: `it is not YAML (${error.code})` };
  try {
    return new Reader(document, lines).node(document.contents, 0);
  } catch (failure) {
    if (failure instanceof TooMuch) return { line: 1, message: 'with its aliases followed it is too large, or too deep' };
    throw failure;
  }
}

export function isUnreadable(read: ConfigNode | Unreadable): read is Unreadable {
  return 'message' in read;
}

export function member(node: ConfigNode | undefined, ...names: readonly string[]): ConfigNode | undefined {
  let at = node;
  for (const name of names) at = at?.members?.get(name);
  return at;
}

/** The texts of a list of scalars, or of one scalar. */
export function texts(node: ConfigNode | undefined): { readonly text: string; readonly line: number }[] {
  if (node === undefined) return [];
  const items = node.items ?? (node.value === null ? [] : [node]);
  return items.flatMap(({ value, line }) => (value === null ? [] : [{ text: String(value), line }]));
}

export function textOf(node: ConfigNode | undefined): string | undefined {
  return typeof node?.value === 'string' ? node.value : undefined;
}

class Reader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #aliases = new Map<Alias, unknown>();
  #nodes = 0;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  node(node: unknown, depth: number): ConfigNode {
    if (++this.#nodes > LIMITS.collector_config_nodes_max || depth > LIMITS.policy_nesting_max * 2) throw new TooMuch();
    const line = this.#lineOf(node as Node | null);
    const empty = { line, value: null, items: null, members: null };
    if (isAlias(node)) return this.node(this.#resolved(node), depth + 1);
    if (isSeq(node)) return { ...empty, items: node.items.map((item) => this.node(item, depth + 1)) };
    if (isMap(node)) return { ...empty, members: this.#members(node.items, depth) };
    if (!isScalar(node)) return empty;
    const { value } = node;
    return { ...empty, value: typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : value === null || value === undefined ? null : String(value) };
  }

  /** Looked up once: the library walks through the document for it. */
  #resolved(alias: Alias): unknown {
    let node = this.#aliases.get(alias);
    if (node === undefined) this.#aliases.set(alias, (node = alias.resolve(this.#document) ?? null));
    return node;
  }

  /** What `<<` brings is there unless it is said beside it. */
  #members(pairs: readonly { readonly key: unknown; readonly value: unknown }[], depth: number): Map<string, ConfigNode> {
    const members = new Map<string, ConfigNode>();
    const merged: ConfigNode[] = [];
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : '';
      if (name !== '<<') members.set(name, this.node(value, depth + 1));
      else {
        const one = this.node(value, depth + 1);
        merged.push(...(one.items ?? [one]));
      }
    }
    for (const one of merged) for (const [name, node] of one.members ?? []) if (!members.has(name)) members.set(name, node);
    return members;
  }

  #lineOf(node: Node | null): number {
    return node?.range == null ? 1 : this.#lines.linePos(node.range[0]).line;
  }
}
