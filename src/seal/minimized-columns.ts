/**
 * What minimization did to each span: the columns `minimized.place`, `.kind`, `.count`, and the totals of a request. Every value that
 * was changed passes through `take`, so that nothing can be replaced and not be said.
 */
import { PLACE } from '#batch';
import { ArrayColumn, type ColumnWriter, DictionaryColumn, Offsets, PlainColumn } from '#columns';
import type { MinimizedBatch, Minimizer, Output } from '#minimize';
import { NEUTRALIZED } from '#model';
import type { GroupTexts } from './group-texts.ts';

export class MinimizedColumns {
  /** Where values are taken from now: the span itself, or its event or link number `index`. */
  place: 'span' | 'event' | 'link' = 'span';
  index = 0;
  readonly columns: readonly ColumnWriter[];

  readonly #offsets = new Offsets();
  readonly #places = new DictionaryColumn();
  readonly #kinds = new DictionaryColumn();
  readonly #counts = new PlainColumn(1_024);
  #row = 0;
  #totals = new Map<string, number>();
  /** Index in `#places` of `attributes.<key>`, by key id, + 1; 0 = not in this block yet. Most statements are about these. */
  #attributePlaces = new Uint32Array(1_024);
  readonly #kindIndexes = new Map<string, number>();
  #batch: MinimizedBatch | null = null;
  #minimizer: Minimizer | null = null;
  #groups: GroupTexts | null = null;

  constructor() {
    this.columns = [new ArrayColumn(this.#offsets, this.#places), new ArrayColumn(this.#offsets, this.#kinds), new ArrayColumn(this.#offsets, this.#counts)];
  }

  begin(batch: MinimizedBatch, minimizer: Minimizer, groups: GroupTexts): void {
    this.#batch = batch;
    this.#minimizer = minimizer;
    this.#groups = groups;
    this.#totals = new Map();
    if (batch.keys.size > this.#attributePlaces.length) {
      const larger = new Uint32Array(batch.keys.size * 2);
      larger.set(this.#attributePlaces);
      this.#attributePlaces = larger;
    }
  }

  /** Forgets the indexes of the block that was just written. */
  newBlock(): void {
    this.forgetKeys();
    this.#kindIndexes.clear();
  }

  /** Key ids no longer mean what they meant. */
  forgetKeys(): void {
    this.#attributePlaces.fill(0);
  }

  /** The output of a mark, noted in the row under construction. Throws if the choke point was passed by. */
  take(mark: number, key: number): Output {
    const output = this.#minimizer!.outputOf(mark);
    if (output.counts.length > 0 || output.neutralized > 0) {
      const place = this.#placeIndex(key);
      for (let i = 0; i < output.counts.length; i++) this.#note(place, output.counts[i]!.kind, output.counts[i]!.count);
      if (output.neutralized > 0) this.#note(place, NEUTRALIZED, output.neutralized);
    }
    return output;
  }

  /** Notes what was replaced in the key itself. */
  takeKey(key: number): void {
    const place = this.#intern(`${placeOf(this.place, this.index, key, this.#keyText(key))} (key)`);
    for (const { kind, count } of this.#minimizer!.keyCounts[key]!) this.#note(place, kind, count);
  }

  /** Ends the row of a span: adds what its resource and scope had replaced. */
  endRow(span: number): void {
    const batch = this.#batch!;
    const ofResource = this.#groups!.resourceStatements(batch.resource[span]!);
    if (ofResource.length > 0) for (const { place, kind, count } of ofResource) this.#push(this.#intern(place), kind, count);
    const ofScope = this.#groups!.scopeStatements(batch.scope[span]!);
    if (ofScope.length > 0) for (const { place, kind, count } of ofScope) this.#push(this.#intern(place), kind, count);
    this.#offsets.push(this.#row);
    this.#row = 0;
  }

  /** Values replaced in the request appended last, by kind; those of a resource or scope count once, not once a span. */
  counts(): Record<string, number> {
    const totals = new Map(this.#totals);
    for (const { kind, count } of this.#groups?.statements() ?? []) totals.set(kind, (totals.get(kind) ?? 0) + count);
    return Object.fromEntries(totals);
  }

  #note(place: number, kind: string, count: number): void {
    this.#totals.set(kind, (this.#totals.get(kind) ?? 0) + count);
    this.#push(place, kind, count);
  }

  #push(place: number, kind: string, count: number): void {
    let kindIndex = this.#kindIndexes.get(kind);
    if (kindIndex === undefined) {
      const bytes = Buffer.from(kind);
      this.#kindIndexes.set(kind, (kindIndex = this.#kinds.intern(bytes, 0, bytes.length)));
    }
    this.#places.pushIndex(place);
    this.#kinds.pushIndex(kindIndex);
    this.#counts.uint32(count);
    this.#row++;
  }

  #placeIndex(key: number): number {
    if (this.place !== 'span') return this.#intern(placeOf(this.place, this.index, key, this.#keyText(key)));
    const known = this.#attributePlaces[key]!;
    if (known !== 0) return known - 1;
    const index = this.#intern(placeOf('span', 0, key, this.#keyText(key)));
    this.#attributePlaces[key] = index + 1;
    return index;
  }

  #intern(place: string): number {
    const bytes = Buffer.from(place);
    return this.#places.intern(bytes, 0, bytes.length);
  }

  #keyText(key: number): string {
    return Buffer.from(this.#minimizer!.keyBytes[key]!).toString('utf8');
  }
}

/** `name`, `attributes.url.full`, `events.0.exception.message`: where in a span, in words that are the same for every span. */
function placeOf(place: 'span' | 'event' | 'link', index: number, key: number, text: string): string {
  if (place === 'event') return `events.${index}.${key === PLACE.eventName ? 'name' : text}`;
  if (place === 'link') return `links.${index}.${text}`;
  return key <= PLACE.schemaUrl ? text : `attributes.${text}`;
}
