/**
 * An automaton that looks for all words at once, case folded (Aho and Corasick, 1975): one table look-up a byte however many
 * words there are.
 */

export interface Automaton {
  /** Column of the table by byte; bytes that no word holds share column 0. */
  readonly column: Uint8Array;
  /** Next state at `state << COLUMNS_LOG2 | column`. */
  readonly next: Uint16Array;
  /** Bits of the words that end at a state. */
  readonly output: Int32Array;
}

export const COLUMNS_LOG2 = 6;

/** States are numbered breadth first, so that the few that ordinary text visits lie together in memory. */
export function automatonOf(words: readonly { readonly word: string; readonly bits: number }[]): Automaton {
  const columns = new Map<string, number>();
  for (const { word } of words) {
    for (const character of word.toLowerCase()) {
      if (!columns.has(character)) columns.set(character, columns.size + 1);
    }
  }
  if (columns.size >= 1 << COLUMNS_LOG2) throw new Error('cannot build the word automaton: too many different characters');
  const columnOf = new Uint8Array(256);
  for (const [character, column] of columns) {
    columnOf[character.charCodeAt(0)] = column;
    columnOf[character.toUpperCase().charCodeAt(0)] = column;
  }

  const children: Map<number, number>[] = [new Map()];
  const bits: number[] = [0];
  for (const { word, bits: wordBits } of words) {
    let node = 0;
    for (const character of word.toLowerCase()) {
      const column = columns.get(character) as number;
      let child = children[node]?.get(column);
      if (child === undefined) {
        child = children.length;
        children.push(new Map());
        bits.push(0);
        children[node]?.set(column, child);
      }
      node = child;
    }
    bits[node] = (bits[node] as number) | wordBits;
  }
  if (children.length > 0xffff) throw new Error('cannot build the word automaton: too many states');

  const order = [0];
  const number = new Map<number, number>([[0, 0]]);
  for (let i = 0; i < order.length; i++) {
    for (const child of (children[order[i] as number] as Map<number, number>).values()) {
      number.set(child, order.length);
      order.push(child);
    }
  }
  const next = new Uint16Array(order.length << COLUMNS_LOG2);
  const output = new Int32Array(order.length);
  const fallback = new Uint16Array(order.length);
  for (let state = 0; state < order.length; state++) {
    const node = order[state] as number;
    const back = fallback[state] as number;
    output[state] = (bits[node] as number) | (state === 0 ? 0 : (output[back] as number));
    const row = state << COLUMNS_LOG2;
    if (state !== 0) next.copyWithin(row, back << COLUMNS_LOG2, (back + 1) << COLUMNS_LOG2);
    for (const [column, child] of children[node] as Map<number, number>) {
      const target = number.get(child) as number;
      fallback[target] = state === 0 ? 0 : (next[(back << COLUMNS_LOG2) | column] as number);
      next[row | column] = target;
    }
  }
  return { column: columnOf, next, output };
}
