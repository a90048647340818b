/**
 * How values are treated where one rule set decides: the output of a value from what was found in it, or of the whole value, whatever it holds.
 * A treatment that makes pseudonyms is one tenant's.
 */
import { type KeyTable, PLACE, type SpanBatch, textBytesMax, TYPE } from '#batch';
import type { NestedFinding, TextFinding } from '#inspect';
import { LIMITS } from '#limits';
import { type Action, type RuleSet, sealing, type ValueType } from '#policy';
import type { Kind } from '#scanner/recognizer';
import { elementsOf, scalarJson } from './elements.ts';
import { type Count, cut, DROPPED_FIELD, DROPPED_SPAN, droppedFor, type Fate, named, nestedOutput, sealedOutput, type Output, REPLACED_FIELD, replacedWhole, withField } from './output.ts';
import { insteadOf, isRecognizedNetwork, type PseudonymOf } from './part-actions.ts';
import { type PartActions, replacedAscii, rewrite } from './rewrite.ts';
import { rawOf, textOf } from './value-text.ts';
import { actsOnResult, isAbout, transformed } from './whole-actions.ts';

/** What a rule set says about all values of one key and type. */
export interface Plan {
  /** Null: only what is recognized in them is acted upon. */
  readonly action: Action | null;
  /** What stands instead of each of them, if it is the same. */
  readonly constant: Output | null;
  /** The same where it is so only of values in which nothing was found. */
  readonly ofUnfound: Output | null;
}

/** A text with its parts acted upon. */
interface Judged {
  readonly text: string;
  readonly counts: readonly Count[];
  readonly fate: Fate;
}

type Finding = TextFinding | NestedFinding;

const PARTS: Plan = { action: null, constant: null, ofUnfound: null };

/** Kinds that are nobody's data and somebody's access: they are gone before a value is sealed, or whoever opens it would have them. */
const NEVER_SEALED: ReadonlySet<Kind> = new Set<Kind>(['credential', 'authorization', 'cookie', 'session-id', 'jwt', 'private-key', 'password', 'parameter', 'card']);
const IN_SEALS: PartActions = { decide: (kind) => (NEVER_SEALED.has(kind) ? 'replace' : 'keep'), instead: (action, mark, text) => insteadOf(action, mark, text, () => null) };

export class Treatment {
  /** Whether something may have to be done about a value in which nothing was found. */
  readonly hasWhole: boolean;
  readonly #set: RuleSet;
  readonly #keys: KeyTable;
  readonly #pseudonymOf: PseudonymOf;
  /** Attributes of the resource: its `service.name` stays, since nothing could be found again without, nor a rule's scope be asked. */
  readonly #ofResource: boolean;
  /** Every part is replaced by what its recognizer put in its stead. */
  readonly #asRecognized: boolean;
  readonly #plans: (Plan | undefined)[] = [];
  #untouched = new Uint8Array(1_024);
  readonly #actions: (PartActions | undefined)[] = [];
  /** Plans and part actions remembered since the treatment began. */
  remembered = 0;
  #keysGeneration = 0;

  /** `ofResource`: of its attributes. */
  constructor(set: RuleSet, keys: KeyTable, pseudonymOf: PseudonymOf, ofResource = false) {
    this.#set = set;
    this.#keys = keys;
    this.#pseudonymOf = pseudonymOf;
    this.#ofResource = ofResource;
    this.hasWhole = set.hasWhole;
    this.#asRecognized = replacesAsRecognized(set);
  }

  /** The plan for a key and type, remembered by their ids. */
  plan(key: number, type: number): Plan {
    this.#forgetOldKeys();
    return (this.#plans[key * 8 + type] ??= this.#planned(key, type));
  }

  /** By key * 8 + type: 1 = such a value is stored as it is unless something was found in it. Grows with the plans, until keys are forgotten: ask once for each list of values. */
  get untouched(): Uint8Array {
    this.#forgetOldKeys();
    return this.#untouched;
  }

  /** What is stored of a value from what was found in it. */
  ofParts(finding: Finding, key: number, type: number, parts: PartActions | null = null): Output {
    if (finding.is === 'nested') return this.#nested(finding, key, type, parts);
    const { neutralized } = finding;
    if (parts === null && finding.is === 'text' && neutralized === 0 && finding.marks.length > 0 && this.#asRecognized) {
      const [mark] = finding.marks;
      if (mark!.start === 0 && mark!.end === finding.text.length && mark!.instead === undefined) return replacedWhole(mark!.kind);
      const replaced = replacedAscii(finding.text, finding.marks);
      if (replaced !== null && replaced.bytes.length <= textBytesMax(key)) return { bytes: replaced.bytes, type: TYPE.string, dropped: false, counts: replaced.counts, neutralized: 0 };
    }
    const { text, counts, fate } = this.#judge(finding, key, '', type, parts);
    if (fate === 'span-dropped') return DROPPED_SPAN;
    if (fate === 'dropped') return droppedFor(counts, neutralized);
    if (finding.is === 'scalar' && counts.length === 0) return { bytes: Buffer.from(text), type, dropped: false, counts, neutralized };
    if (finding.is === 'bytes') return { bytes: Buffer.from(Buffer.from(text).toString('base64')), type: TYPE.bytes, dropped: false, counts, neutralized };
    return { bytes: cut(text, textBytesMax(key)), type: TYPE.string, dropped: false, counts, neutralized };
  }

  /** What is stored of a whole value under an action that is not the same for all; `finding` is null if nothing was found in it. Null = what is stored without it. */
  ofWhole(action: Action, finding: Finding | null, batch: SpanBatch, value: number): Output | null {
    const type = batch.valueType[value]!;
    const key = batch.valueKey[value]!;
    const seal = sealing(action);
    if (seal !== null) {
      if (finding === null) throw new Error('cannot seal a value as it was sent: it has a plan of its own');
      return sealedOutput(this.ofParts(finding, key, type, IN_SEALS), seal.subject === true, seal.searchable === true);
    }
    if (finding?.is === 'nested') return this.#elements(action, finding, key, type) ?? this.#unlessDropped(action, finding, key, type) ?? this.#unknownWhole(action, JSON.stringify(finding.value.json));
    const raw = rawOf(batch, value);
    const isText = type !== TYPE.bytes && type !== TYPE.array && type !== TYPE.map;
    // Of a text that is too long, its beginning was found.
    const isReadable = isText && (raw === null || raw.length <= LIMITS.value_scanned_bytes_max || (typeof action === 'object' && 'truncate' in action));
    if (!isReadable) return (finding === null ? null : this.#unlessDropped(action, finding, key, type)) ?? this.#unknownWhole(action, raw!);
    const text = finding?.text ?? textOf(batch, value, raw);
    if (typeof action === 'object' && 'pseudonymize' in action) return this.#unknownWhole(action, raw ?? text);
    const result = this.#acted(action, text, finding, key, type);
    if (result.fate === 'span-dropped') return DROPPED_SPAN;
    if (result.fate === 'dropped') return droppedFor(result.counts, 0);
    if (result.text === text && result.type === type) return finding === null ? null : this.ofParts(finding, key, type);
    return { bytes: cut(result.text, textBytesMax(key)), type: result.type, dropped: false, counts: result.counts, neutralized: actsOnResult(action) ? (finding?.neutralized ?? 0) : 0 };
  }

  #planned(key: number, type: number): Plan {
    this.remembered++;
    const text = this.#keys.texts[key]!;
    const action = this.#set.whole(text, VALUE_TYPE[type]!)?.action ?? this.#set.unnamed;
    if (action === 'keep' || (this.#ofResource && text === SERVICE_NAME && action !== 'drop-span')) {
      this.#noteUntouched(key * 8 + type);
      return PARTS;
    }
    const constant = (output: Output | null): Plan => ({ action, constant: output, ofUnfound: null });
    if (action === 'drop') return constant(DROPPED_FIELD);
    if (action === 'drop-span') return constant(DROPPED_SPAN);
    if (action === 'replace') return constant(REPLACED_FIELD);
    const seal = sealing(action);
    if (seal !== null) return { action, constant: null, ofUnfound: sealedOutput(null, seal.subject === true, seal.searchable === true) };
    return constant(typeof action === 'object' && 'replace' in action ? named(action.replace.with) : null);
  }

  #noteUntouched(at: number): void {
    if (at >= this.#untouched.length) {
      const larger = new Uint8Array(at * 2);
      larger.set(this.#untouched);
      this.#untouched = larger;
    }
    this.#untouched[at] = 1;
  }

  #nested(finding: NestedFinding, key: number, type: number, parts: PartActions | null = null): Output {
    const counts = new Map<Count['kind'], number>();
    let neutralized = 0;
    let fate: Fate = 'stored';
    const before: unknown[] = [];
    for (const { leaf, finding: found } of finding.leaves) {
      const result = this.#judge(found, key, leaf.key, type, parts);
      neutralized += found.neutralized;
      if (result.fate === 'span-dropped' || fate === 'stored') fate = result.fate;
      for (const { kind, count } of result.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
      before.push(leaf.holder[leaf.field]);
      if (found.is === 'text') leaf.holder[leaf.field] = result.text;
      else if (found.is === 'bytes') leaf.holder['bytesValue'] = Buffer.from(result.text).toString('base64');
      else if (result.counts.length > 0) {
        delete leaf.holder[leaf.field];
        leaf.holder['stringValue'] = result.text;
      }
    }
    const list = [...counts].map(([kind, count]) => ({ kind, count }));
    const output = fate === 'stored' ? nestedOutput(finding.value.json, type, textBytesMax(key), list, neutralized) : fate === 'dropped' ? droppedFor(list, neutralized) : DROPPED_SPAN;
    // As it was found: another rule set may have it treated otherwise.
    for (const [at, { leaf, finding: found }] of finding.leaves.entries()) {
      if (found.is === 'scalar') delete leaf.holder['stringValue'];
      leaf.holder[leaf.field] = before[at];
    }
    return output;
  }

  /** An array of nothing but scalars is acted upon element by element. Null if it is none. */
  #elements(action: Action, finding: NestedFinding, key: number, type: number): Output | null {
    const elements = elementsOf(finding);
    if (elements === null) return null;
    const counts = new Map<Count['kind'], number>();
    let neutralized = 0;
    let changed = false;
    const values: unknown[] = [];
    for (const [at, { json, text, type: elementType, finding: found }] of elements.entries()) {
      if (text === null) return null;
      const result = this.#acted(action, text, found, key, type, elementType, at);
      if (result.fate === 'span-dropped') return DROPPED_SPAN;
      if (result.fate === 'dropped') return droppedFor(result.counts, 0);
      for (const { kind, count } of result.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
      neutralized += actsOnResult(action) ? (found?.neutralized ?? 0) : 0;
      // As it was sent, unless what was harmful in it has been made visible.
      if (result.text === text && result.type === elementType && (found === null || found.neutralized === 0)) values.push(json);
      else {
        values.push(scalarJson(result.text, result.type));
        changed = true;
      }
    }
    return changed ? nestedOutput({ arrayValue: { values } }, type, textBytesMax(key), [...counts].map(([kind, count]) => ({ kind, count })), neutralized) : this.ofParts(finding, key, type);
  }

  /** A text under an action on the whole of it, with its parts acted upon before if the action leaves some of them. */
  #acted(action: Action, text: string, finding: TextFinding | null, key: number, type: number, ownType = type, at?: number): Judged & { readonly type: number } {
    if (typeof action === 'object' && 'pseudonymize' in action) return { text: this.#pseudonymOf(text, action.pseudonymize) ?? FIELD_TEXT, type: TYPE.string, counts: withField(NOTHING), fate: 'stored' };
    const direct = isAbout(action, finding?.marks ?? []) ? transformed(action, text, ownType, at) : null;
    const judged = direct !== null || finding === null || !actsOnResult(action) ? { text, counts: NOTHING, fate: 'stored' as const } : this.#judge(finding, key, '', type);
    if (judged.fate !== 'stored') return { ...judged, type: ownType };
    const judgedType = judged.counts.length > 0 ? TYPE.string : ownType;
    const result = direct ?? transformed(action, judged.text, judgedType, at) ?? { text: FIELD_TEXT, type: TYPE.string };
    const changed = result.text !== judged.text || result.type !== judgedType;
    return { text: result.text, type: result.type, counts: changed ? withField(judged.counts) : judged.counts, fate: 'stored' };
  }

  /** What an action on the result does not reach: parts that drop the attribute or its span do so all the same. */
  #unlessDropped(action: Action, finding: Finding, key: number, type: number): Output | null {
    if (!actsOnResult(action)) return null;
    const output = this.ofParts(finding, key, type);
    return output.dropped ? output : null;
  }

  /** Of bytes, maps and what is too long to be looked at: there is no text of theirs that an action could leave a part of. */
  #unknownWhole(action: Action, value: string | Uint8Array): Output {
    const pseudonym = typeof action === 'object' && 'pseudonymize' in action ? this.#pseudonymOf(value, action.pseudonymize) : null;
    return pseudonym === null ? REPLACED_FIELD : { ...REPLACED_FIELD, bytes: Buffer.from(pseudonym) };
  }

  #judge(finding: TextFinding, key: number, inner: string, type: number, parts: PartActions | null = null): Judged {
    if (finding.marks.length === 0) return { text: finding.text, counts: NOTHING, fate: 'stored' };
    const judged = rewrite(finding.text, finding.marks, parts !== null ? parts : inner === '' ? this.#partActionsOf(key, type) : this.#partActions(key, inner, type));
    return judged.fate === 'stored' ? judged : { ...judged, text: '' };
  }

  /** Remembered by key and type, since every literal of a statement asks. */
  #partActionsOf(key: number, type: number): PartActions {
    this.#forgetOldKeys();
    const at = key * 8 + type;
    if (this.#actions[at] === undefined) this.remembered++;
    return (this.#actions[at] ??= this.#partActions(key, '', type));
  }

  #partActions(key: number, inner: string, type: number): PartActions {
    const name = key <= PLACE.schemaUrl ? '' : this.#keys.texts[key]!;
    const decided = new Map<Kind, Action>();
    return {
      decide: (kind) => {
        let action = decided.get(kind);
        if (action === undefined) decided.set(kind, (action = this.#set.part(kind, name, inner === '' ? name : inner, VALUE_TYPE[type]!)?.action ?? 'replace'));
        return action;
      },
      instead: (action, mark, text) => insteadOf(action, mark, text, this.#pseudonymOf),
    };
  }

  #forgetOldKeys(): void {
    if (this.#keysGeneration === this.#keys.generation) return;
    this.#keysGeneration = this.#keys.generation;
    this.#plans.length = this.#actions.length = 0;
    this.#untouched.fill(0);
  }
}

const SERVICE_NAME = 'service.name';
const FIELD_TEXT = '[field]';
const NOTHING: readonly Count[] = [];
/** By type as the batch has it; an absent value counts as a text. */
const VALUE_TYPE: readonly ValueType[] = ['string', 'string', 'bool', 'int', 'double', 'array', 'map', 'bytes'];

function replacesAsRecognized(set: RuleSet): boolean {
  const rules = set.rules.filter(({ recognized }) => recognized !== undefined);
  return rules.every(({ keys, groups, types, action }) => keys === undefined && groups === undefined && types === undefined && (action === 'replace' || isNetwork(action))) && isNetwork(set.part('ip', '', '', 'string')?.action ?? 'replace');
}

function isNetwork(action: Action): boolean {
  return typeof action === 'object' && 'generalize' in action && 'network' in action.generalize && isRecognizedNetwork(action.generalize.network);
}
