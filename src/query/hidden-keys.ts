/**
 * Attributes whose values a reader does not see, as SQL over every column of a span that holds any: left out, or with `[hidden]` in place of the value, which then
 * has neither type nor length. What minimization did to them is left out where spans are found and counted.
 */
import type { Params } from './query-store.ts';

/** How a hidden name or value stands where something has to stand. */
export const HIDDEN = '[hidden]';
/** Of a hidden value, where `attribute_types` says what a value is. */
export const HIDDEN_TYPE = 'h';
/** The status message in a list of keys. */
const STATUS_MESSAGE = 'status.message';

export class HiddenKeys {
  readonly params: Params;
  readonly #key: (key: string) => string;
  readonly #hidesMessage: boolean;

  /** Keys with `*`. */
  constructor(globs: readonly string[]) {
    const names = globs.filter((glob) => !glob.includes('*'));
    const patterns = globs.filter((glob) => glob.includes('*'));
    this.params = {
      hidden_names: names,
      hidden_keys: `^(?:${patterns.map((glob) => patternOf(glob, ANYTHING)).join('|')})$`,
      hidden_places: `^(?:${globs.includes(STATUS_MESSAGE) ? `${literal(STATUS_MESSAGE)}|` : ''}(?:attributes|resource|scope|(?:events|links)\\.[0-9]+)\\.(?:${globs.map((glob) => patternOf(glob, ANYTHING)).join('|')})(?: \\(key\\))?)$`,
      hidden_written: `"key":"(?:${globs.map((glob) => patternOf(glob, IN_JSON, (text) => JSON.stringify(text).slice(1, -1))).join('|')})"`,
    };
    const named = (key: string): string => `${key} IN {hidden_names:Array(String)}`;
    const matching = (key: string): string => `match(${key}, {hidden_keys:String})`;
    this.#key = patterns.length === 0 ? named : names.length === 0 ? matching : (key) => `(${named(key)} OR ${matching(key)})`;
    this.#hidesMessage = globs.some((glob) => new RegExp(`^${patternOf(glob, '.*')}$`, 's').test(STATUS_MESSAGE));
  }

  /** What of a column is seen; null if all of it. `isShown`: hidden values stand as such. */
  column(name: string, isShown: boolean): string | null {
    const column = own(name);
    switch (name) {
      case 'attributes':
        return this.#values(column, isShown);
      case 'attribute_types':
        return this.#types(own('attributes'), column, isShown);
      case 'events.attributes':
      case 'links.attributes':
        return `arrayMap(m -> ${this.#values('m', isShown)}, ${column})`;
      case 'events.attribute_types':
      case 'links.attribute_types':
        return `arrayMap((m, t) -> ${this.#types('m', 't', isShown)}, ${own(name.replace('attribute_types', 'attributes'))}, ${column})`;
      case 'resource':
      case 'scope':
        return this.#owner(column, isShown);
      case 'status_message':
        return this.#hidesMessage ? (isShown ? `if(${column} = '', '', '${HIDDEN}')` : "''") : null;
      case 'minimized.place':
      case 'minimized.kind':
      case 'minimized.count':
        // It is part of what is proved, so whoever sees the span may be told; searches and figures go without.
        return isShown ? null : `arrayFilter((one, place) -> NOT ${this.statedAt('place')}, ${column}, ${own('minimized.place')})`;
      default:
        return null;
    }
  }

  /** Whether a stated place is at a hidden attribute. */
  statedAt(place: string): string {
    return `match(${place}, {hidden_places:String})`;
  }

  #values(map: string, isShown: boolean): string {
    return isShown ? `mapApply((k, v) -> (k, if(${this.#key('k')}, '${HIDDEN}', v)), ${map})` : `mapFilter((k, v) -> NOT ${this.#key('k')}, ${map})`;
  }

  #types(map: string, types: string, isShown: boolean): string {
    const keys = `mapKeys(${map})`;
    return `if(arrayExists(k -> ${this.#key('k')}, ${keys}), arrayStringConcat(arrayMap((k, i) -> if(${this.#key('k')}, '${isShown ? HIDDEN_TYPE : ''}', substring(toString(${types}), i, 1)), ${keys}, arrayEnumerate(${keys}))), toString(${types}))`;
  }

  /**
   * Resource and scope are OTLP/JSON of our own writing: a key stands as JSON writes it. Only texts that have such a key are taken apart, which a dictionary
   * tells of all rows at once.
   */
  #owner(text: string, isShown: boolean): string {
    const key = "JSONExtractString(one, 'key')";
    const one = isShown ? `arrayMap(one -> if(${this.#key(key)}, concat('{"key":', JSONExtractRaw(one, 'key'), ',"value":{"stringValue":"${HIDDEN}"}}'), one), ` : `arrayFilter(one -> NOT ${this.#key(key)}, `;
    const attributes = `concat('"attributes":[', arrayStringConcat(${one}JSONExtractArrayRaw(toString(${text}), 'attributes')), ','), ']')`;
    const others = `arrayMap(member -> concat(toJSONString(member.1), ':', member.2), arrayFilter(member -> member.1 != 'attributes', JSONExtractKeysAndValuesRaw(toString(${text}))))`;
    return `if(match(${text}, {hidden_written:String}), concat('{', arrayStringConcat(arrayConcat([${attributes}], ${others}), ','), '}'), toString(${text}))`;
  }
}

/** A column as it is stored, in a query that gives another one its name. */
export function own(column: string): string {
  return `kept.\`${column}\``;
}

const ANYTHING = '(?s:.*)';
/** Characters of a string as JSON writes them. */
const IN_JSON = '(?:[^"\\\\]|\\\\.)*';

function patternOf(glob: string, star: string, written: (text: string) => string = (text) => text): string {
  return glob.split('*').map((part) => literal(written(part))).join(star);
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
