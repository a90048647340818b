/**
 * The scanner: one look at a value that says which parts of it are sensitive. A pass over the bytes decides whether there can
 * be anything at all (`features.ts`); only then the value becomes a string and the recognizers run whose features are there.
 * Text inside text (JSON, queries, escapes, percent-encoding, base64) is unwrapped and looked at the same way.
 *
 * Everything given to it is attacker-controlled. The work is linear in the text, nesting is bounded, nothing throws.
 */
import { encodedRuns } from './encoded.ts';
import { FEATURE, featuresOf, featuresOfText } from './features.ts';
import type { Features } from './features.ts';
import { classInList, isByTurns } from './in-lists.ts';
import { classOfHeader, classOfKey } from './key-class.ts';
import { narrowed, percentDecoded, unescaped, withoutReferences } from './layers.ts';
import type { Layer } from './layers.ts';
import { forEachMember } from './members.ts';
import { gravityOf, joined } from './overlaps.ts';
import { knowsForm, marksOfPieces } from './pieces.ts';
import { KEY } from './recognizer.ts';
import type { KeyClass, Kind, Mark, Recognizer } from './recognizer.ts';
import { rejoined } from './rejoined.ts';
import { RECOGNIZERS } from '#scanner/recognizers';

const CLASSES_MAX = 32_768;
const NAME_CLASSES_MAX = 8_192;
/** Of each key class. */
const PLANS_MAX = 1_024;
/** Levels of text inside text. Each is at most as long as the one around it. */
const DEPTH_MAX = 4;
/** What a name inside a text can say that is not the business of `credential.assigned`. */
const PARTICULARS = KEY.personName | KEY.postalAddress | KEY.birthDate | KEY.coordinates;
const MEMBER_CLASSES = PARTICULARS | KEY.clientAddress | KEY.peerAddress | KEY.personal | KEY.idNumber | KEY.statement | KEY.parameter | KEY.cookie | KEY.identifier;

/** What is looked for in a list read as one command line. */
const COMMAND_KINDS: ReadonlySet<Kind> = new Set<Kind>(['credential', 'password', 'authorization', 'session-id', 'cookie']);

/** Recognizers that run for one key class, by the features they need. */
interface Selection {
  readonly always: boolean;
  /** Distinct `needs`; a value that satisfies none has nothing to offer. */
  readonly needs: readonly Features[];
  /** Those that look at nothing but the key first, then the gravest first: what they mark whole, lesser ones need not look at. */
  readonly recognizers: readonly Recognizer[];
  /** Gravity of each recognizer's kind. */
  readonly ranks: readonly number[];
  /** By the features of a text; most texts have those of many before them. */
  readonly plans: Map<Features, Plan>;
}

/** What there is to do about a text of one key class with some features. */
interface Plan {
  readonly isNothing: boolean;
  readonly recognizers: readonly Recognizer[];
  readonly ranks: readonly number[];
}

const NO_PLAN: Plan = { isNothing: true, recognizers: [], ranks: [] };

export interface ScannerOptions {
  /**
   * Whether marks say which others they cover (`Mark.parts`), as policies need that keep or drop a kind. Without, a text that one
   * mark covers whole is looked at for graver kinds only: nothing else could change what becomes of it. A function says it by the attribute's key.
   */
  readonly parts?: boolean | ((key: string) => boolean);
  /** Whether addresses that are networks already (`203.0.113.0`) are left alone; not where others are wanted than recognizers make, or none. */
  readonly networksStay?: boolean;
}

export class Scanner {
  readonly #recognizers: readonly Recognizer[];
  readonly #classes = new Map<string, KeyClass>();
  readonly #nameClasses = new Map<string, KeyClass>();
  readonly #selections = new Map<KeyClass, Selection>();
  readonly #parts: boolean;
  readonly #classOf: (key: string) => KeyClass;
  readonly #networksStay: boolean;
  #ofForm: Scanner | undefined;
  /** The plan asked for last. */
  #plan: Plan = NO_PLAN;
  #planFeatures: Features = -1;
  #planClass: KeyClass = -1;
  #marks: Mark[] = [];
  /** Recognizers of this gravity or less are skipped: a mark of it covers the whole text. */
  #settled = UNSETTLED;
  /** Of the text being scanned, its length and what may stand before a mark that settles it; -1 = nothing settles it. */
  #length = -1;
  #text = '';
  #name = '';
  #mayNameScheme = false;
  /** The recognizer that runs, and where its text stands: what `#mark` takes down. */
  #kind: Kind = 'credential';
  #place: Place | undefined;
  readonly #mark = (start: number, end: number, instead?: string, kind: Kind = this.#kind): void => {
    let from = start;
    let to = end;
    if (this.#place !== undefined) {
      from = outside(this.#place, start);
      to = outside(this.#place, end);
    }
    if (to <= from) return;
    this.#marks.push(instead === undefined ? { kind, start: from, end: to } : { kind, start: from, end: to, instead });
    if (to === this.#length && instead === undefined && (from === 0 || (this.#mayNameScheme && SCHEME.test(this.#text.slice(0, from))))) this.#settled = Math.min(this.#settled, gravityOf(kind));
  };

  constructor(recognizers: readonly Recognizer[] = RECOGNIZERS, { parts = true, networksStay = true }: ScannerOptions = {}) {
    this.#recognizers = recognizers;
    this.#parts = parts === true;
    this.#classOf = typeof parts === 'function' ? (key) => classOfKey(key) | (parts(key) ? KEY.distinguished : 0) : classOfKey;
    this.#networksStay = networksStay;
  }

  /** What an attribute key says about its value. Remembered for as many keys as `CLASSES_MAX`. */
  keyClass(key: string): KeyClass {
    return remembered(this.#classes, CLASSES_MAX, key, this.#classOf);
  }

  /**
   * Marks of `bytes[start, end)`, valid UTF-8, in UTF-16 offsets of the decoded string, sorted, without overlap; null = clean.
   * `features`: those of the same bytes if the caller has them already.
   */
  scan(bytes: Uint8Array, start: number, end: number, keyClass: KeyClass, features: Features = featuresOf(bytes, start, end), name = ''): readonly Mark[] | null {
    if (!this.mayMark(keyClass, features)) return null;
    const slice = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
    return this.#scan(slice.toString((features & FEATURE.nonAscii) === 0 ? 'latin1' : 'utf8'), keyClass, features, name);
  }

  /** The same for a string. `name`: its key, as recognizers get it. */
  scanText(text: string, keyClass: KeyClass, features: Features = featuresOfText(text), name = ''): readonly Mark[] | null {
    return this.mayMark(keyClass, features) ? this.#scan(text, keyClass, features, name) : null;
  }

  /** Whether a text with these features has to be scanned at all: most need not even become a string. */
  mayMark(keyClass: KeyClass, features: Features): boolean {
    return !this.#planOf(keyClass, features).isNothing;
  }

  /** Kind of an integer that is sensitive as a whole: a card number, a PIN under a password's key. */
  scanInteger(value: bigint | number, keyClass: KeyClass, name = ''): Kind | null {
    const digits = String(value);
    if ((keyClass & KEY.secret) !== 0) return (keyClass & KEY.password) !== 0 ? 'password' : digits.length > 5 ? 'credential' : null;
    const marks = this.scanText(digits, keyClass, undefined, name);
    return marks !== null && marks[0]?.start === 0 && marks[0].end === digits.length ? marks[0].kind : null;
  }

  /**
   * Marks of the strings of one list, for each its own or null. One may say what the next is: after `--password` comes a secret, and
   * `docker`, `login`, `-p` are a command line in pieces. A secret may be in pieces as well.
   */
  scanList(texts: readonly string[], keyClass: KeyClass, name = ''): readonly (readonly Mark[] | null)[] {
    const byTurns = isByTurns(texts);
    const classOf = (before: string): KeyClass => this.#nameClass(before);
    const own = texts.map((text, index) => this.scanText(text, keyClass | (index === 0 ? KEY.plain : classInList(texts[index - 1]!, text, classOf, byTurns && index % 2 === 1)), undefined, name));
    if (texts.length < 2) return own;
    const marks = own.map((list): Mark[] => [...(list ?? [])]);
    if (texts.some((text) => text.charCodeAt(0) === 0x2d)) {
      const line = (this.scanText(texts.join(' '), keyClass) ?? []).filter(({ kind }) => COMMAND_KINDS.has(kind));
      let from = 0;
      let next = 0;
      for (const [index, text] of texts.entries()) {
        const to = from + text.length;
        while (next < line.length && line[next]!.end <= from) next++;
        for (let at = next; at < line.length && line[at]!.start < to; at++) {
          const { kind, start, end } = line[at]!;
          marks[index]!.push({ kind, start: Math.max(start, from) - from, end: Math.min(end, to) - from });
        }
        from = to + 1;
      }
    }
    this.#ofForm ??= new Scanner(this.#recognizers.filter(knowsForm));
    marksOfPieces(texts, this.#ofForm.scanText(texts.join(''), KEY.plain, undefined, name) ?? [], own, (index, mark) => marks[index]!.push(mark));
    return texts.map((text, index) => (marks[index]!.length === 0 ? null : joined(text, marks[index]!, this.#networksStay)));
  }

  #scan(text: string, keyClass: KeyClass, features: Features, name: string): readonly Mark[] | null {
    this.#marks = [];
    this.#settled = UNSETTLED;
    // What stands in for a literal is weighed against every mark inside (`overlaps.ts`).
    this.#length = this.#parts || (keyClass & (KEY.distinguished | KEY.statement | KEY.parameter)) !== 0 ? -1 : text.length;
    this.#text = text;
    this.#name = name;
    this.#mayNameScheme = (keyClass & KEY.authorization) !== 0 && (features & FEATURE.angle) === 0;
    this.#collect(text, keyClass, features, 0, undefined);
    return this.#marks.length === 0 ? null : joined(text, this.#marks, this.#networksStay);
  }

  /** Collects the marks of one text and of the texts inside it, in offsets of the outermost one. */
  #collect(text: string, keyClass: KeyClass, features: Features, depth: number, place: Place | undefined): void {
    this.#find(text, keyClass, features, place);
    if (depth >= DEPTH_MAX) return;
    if ((features & MEMBER_VALUES) !== 0 && ((features & FEATURE.equals) !== 0 || (features & JSON_FEATURES) === JSON_FEATURES || (features & PART_OF_JSON) === PART_OF_JSON)) this.#members(text, depth, place);
    if ((features & (FEATURE.nonAscii | FEATURE.control)) !== 0 || (features & CODE_POINT_FEATURES) === CODE_POINT_FEATURES) this.#layer(narrowed(text), keyClass, depth, place);
    if ((features & FEATURE.percent) !== 0) this.#layer(percentDecoded(text), keyClass, depth, place);
    if ((features & FEATURE.backslash) !== 0) this.#layer(unescaped(text), keyClass, depth, place);
    if ((features & REFERENCE_FEATURES) === REFERENCE_FEATURES) this.#layer(withoutReferences(text), keyClass, depth, place);
    if ((features & JOINT_FEATURES) === JOINT_FEATURES || (features & FOLD_FEATURES) === FOLD_FEATURES) this.#layer(rejoined(text), keyClass, depth, place);
    if ((features & FEATURE.longToken) !== 0) this.#encoded(text, depth, place);
  }

  #find(text: string, keyClass: KeyClass, features: Features, place: Place | undefined): void {
    const { recognizers, ranks } = this.#planOf(keyClass, features);
    this.#place = place;
    for (let at = 0; at < recognizers.length; at++) {
      const recognizer = recognizers[at]!;
      if (ranks[at]! >= this.#settled) continue;
      this.#kind = recognizer.kind;
      recognizer.find(text, keyClass, this.#mark, this.#name);
    }
  }

  /** Values whose name inside the text says more than the key outside. */
  #members(text: string, depth: number, place: Place | undefined): void {
    forEachMember(text, (name, start, end) => {
      const nameClass = this.#nameClass(name);
      if ((nameClass & MEMBER_CLASSES & ~KEY.identifier) === 0) return;
      const value = text.slice(start, end);
      this.#collect(value, nameClass, featuresOfText(value), depth + 1, { offset: start, layer: undefined, outer: place });
    });
  }

  #layer(layer: Layer | undefined, keyClass: KeyClass, depth: number, place: Place | undefined): void {
    if (layer !== undefined) this.#collect(layer.text, keyClass, featuresOfText(layer.text), depth + 1, { offset: 0, layer, outer: place });
  }

  /** Text in base64 or hexadecimal digits. If it holds anything, all of it goes: a hole in it is unreadable anyway. */
  #encoded(text: string, depth: number, place: Place | undefined): void {
    for (const { start, end, text: inner } of encodedRuns(text)) {
      const outer = { marks: this.#marks, settled: this.#settled, length: this.#length };
      this.#marks = [];
      this.#settled = UNSETTLED;
      this.#length = -1;
      this.#collect(inner, KEY.plain, featuresOfText(inner), depth + 1, undefined);
      const found = joined(inner, this.#marks, this.#networksStay) ?? [];
      this.#marks = outer.marks;
      this.#settled = outer.settled;
      this.#length = outer.length;
      const kinds = new Set(found.flatMap(({ kind, parts }) => [kind, ...(parts ?? []).map((part) => part.kind)]));
      for (const kind of kinds) this.#marks.push({ kind, start: outside(place, start), end: outside(place, end) });
    }
  }

  #nameClass(name: string): KeyClass {
    return remembered(this.#nameClasses, NAME_CLASSES_MAX, name, (unknown) => classOfHeader(unknown.toLowerCase(), unknown));
  }

  #planOf(keyClass: KeyClass, features: Features): Plan {
    // Asked for a value before it becomes a string, and again when it is one.
    if (features === this.#planFeatures && keyClass === this.#planClass) return this.#plan;
    const plan = this.#planFor(keyClass, features);
    this.#planFeatures = features;
    this.#planClass = keyClass;
    return (this.#plan = plan);
  }

  #planFor(keyClass: KeyClass, features: Features): Plan {
    const selection = this.#selectionOf(keyClass);
    let plan = selection.plans.get(features);
    if (plan === undefined) {
      if (selection.plans.size >= PLANS_MAX) selection.plans.clear();
      const runs = selection.recognizers.map(({ needs }) => (features & needs) === needs);
      plan = { isNothing: !canMatch(selection, features), recognizers: selection.recognizers.filter((_one, at) => runs[at]), ranks: selection.ranks.filter((_one, at) => runs[at]) };
      selection.plans.set(features, plan);
    }
    return plan;
  }

  #selectionOf(keyClass: KeyClass): Selection {
    let selection = this.#selections.get(keyClass);
    if (selection === undefined) {
      const recognizers = this.#recognizers.filter(({ keys }) => keys === undefined || (keys & keyClass) !== 0).sort((a, b) => orderOf(a) - orderOf(b));
      const needs = [...new Set(recognizers.map((recognizer) => recognizer.needs))];
      // One need implied by another adds nothing to the question whether anything can match.
      const least = needs.filter((need) => !needs.some((other) => other !== need && (need & other) === other));
      const layers = [FEATURE.percent, FEATURE.backslash, REFERENCE_FEATURES, FEATURE.longToken, JOINT_FEATURES, FEATURE.nonAscii, FEATURE.control, CODE_POINT_FEATURES, ...[FEATURE.number, FEATURE.dottedQuad, FEATURE.hextets, FEATURE.personWord].flatMap((value) => [value | FEATURE.equals, value | JSON_FEATURES]), PART_OF_JSON];
      selection = { always: least.includes(0), needs: [...least, ...layers], recognizers, ranks: recognizers.map(({ kind }) => gravityOf(kind)), plans: new Map() };
      this.#selections.set(keyClass, selection);
    }
    return selection;
  }
}

const JOINT_FEATURES = FEATURE.quote | FEATURE.plus;
const FOLD_FEATURES = FEATURE.longToken | FEATURE.space;
const JSON_FEATURES = FEATURE.quote | FEATURE.colon | FEATURE.brace;
/** A name of particulars is rare enough that a piece of an object will do. */
const PART_OF_JSON = FEATURE.quote | FEATURE.colon | FEATURE.personWord;
const REFERENCE_FEATURES = FEATURE.ampersand | FEATURE.semicolon;
/** What a name can make sensitive that would not be by itself. */
const MEMBER_VALUES = FEATURE.number | FEATURE.dottedQuad | FEATURE.hextets | FEATURE.personWord;
/** Those of `<U+200B>`, as `inspect` writes what cannot be seen. */
const CODE_POINT_FEATURES = FEATURE.angle | FEATURE.plus;

const UNSETTLED = 1_000;
/** The name of a scheme, which `authorization` leaves standing. */
const SCHEME = /^[A-Za-z]{2,12} $/;

function orderOf({ kind, ofKey }: Recognizer): number {
  return ofKey === true ? -1 : gravityOf(kind);
}

/** Where a text stands in the outermost one. */
interface Place {
  readonly offset: number;
  readonly layer: Layer | undefined;
  readonly outer: Place | undefined;
}

function outside(place: Place | undefined, offset: number): number {
  let at = offset;
  for (let here = place; here !== undefined; here = here.outer) at = here.layer === undefined ? at + here.offset : (here.layer.at[at] as number);
  return at;
}

function canMatch(selection: Selection, features: Features): boolean {
  if (selection.always) return true;
  for (const need of selection.needs) {
    if ((features & need) === need) return true;
  }
  return false;
}

function remembered(memory: Map<string, KeyClass>, max: number, name: string, work: (name: string) => KeyClass): KeyClass {
  let keyClass = memory.get(name);
  if (keyClass === undefined) {
    if (memory.size >= max) memory.clear();
    keyClass = work(name);
    memory.set(name, keyClass);
  }
  return keyClass;
}
