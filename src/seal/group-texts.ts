/**
 * Resources and scopes as stored: one OTLP/JSON object each, made once a request and kept in a dictionary column, where equal ones
 * cost an index a row. They are few, so objects are fine here.
 */
import { NONE, TYPE, viewOf } from '#batch';
import type { DictionaryColumn } from '#columns';
import { keyItem, keySeed, valueItem } from '#items';
import type { ItemSet } from '#items/set';
import type { MinimizedBatch, Minimizer } from '#minimize';
import { NEUTRALIZED, UNKNOWN_SERVICE } from '#model';
import { doubleJson } from '#otlp';

/** One statement: so many values of this kind at this place. */
export interface Statement {
  readonly place: string;
  readonly kind: string;
  readonly count: number;
}

interface Group {
  readonly json: Buffer;
  readonly content: unknown;
  readonly statements: readonly Statement[];
  index: number;
}

const NO_STATEMENTS: readonly Statement[] = [];

export class GroupTexts {
  readonly #minimizer: Minimizer;
  #batch: MinimizedBatch | null = null;
  #resources: (Group | undefined)[] = [];
  #scopes: (Group | undefined)[] = [];
  #services: (number | undefined)[] = [];

  readonly #items: ItemSet;

  /** Attributes of resources and scopes are noted in `items`. */
  constructor(minimizer: Minimizer, items: ItemSet) {
    this.#minimizer = minimizer;
    this.#items = items;
  }

  begin(batch: MinimizedBatch): void {
    this.#batch = batch;
    this.#resources = new Array<Group | undefined>(batch.resources);
    this.#scopes = new Array<Group | undefined>(batch.scopes);
    this.#services = new Array<number | undefined>(batch.resources);
  }

  reset(): void {
    this.#batch = null;
    this.#resources = [];
    this.#scopes = [];
    this.#services = [];
  }

  /** Index of the resource's text in `column`. */
  resource(resource: number, column: DictionaryColumn): number {
    let group = this.#resources[resource];
    if (group === undefined) {
      group = this.#resourceGroup(resource);
      this.#place(group, column);
      this.#resources[resource] = group;
    }
    return group.index;
  }

  scope(scope: number, column: DictionaryColumn): number {
    let group = this.#scopes[scope];
    if (group === undefined) {
      group = this.#scopeGroup(scope);
      this.#place(group, column);
      this.#scopes[scope] = group;
    }
    return group.index;
  }

  /** Index of the service name, as minimized, in `column`. */
  service(resource: number, column: DictionaryColumn): number {
    let index = this.#services[resource];
    if (index === undefined) {
      const value = this.#batch!.resourceService[resource]!;
      const name = Buffer.from(value === NONE ? UNKNOWN_SERVICE : this.#text(value, [], '') || UNKNOWN_SERVICE);
      index = this.#services[resource] = column.intern(name, 0, name.length);
    }
    return index;
  }

  #place(group: Group, column: DictionaryColumn): void {
    const known = column.size;
    group.index = column.intern(group.json, 0, group.json.length);
    if (column.size > known) addItems(group.content, this.#items);
  }

  resourceStatements(resource: number): readonly Statement[] {
    return this.#resources[resource]?.statements ?? NO_STATEMENTS;
  }

  scopeStatements(scope: number): readonly Statement[] {
    return this.#scopes[scope]?.statements ?? NO_STATEMENTS;
  }

  /** All statements of the request's resources and scopes that spans refer to. */
  *statements(): Generator<Statement> {
    for (const group of this.#resources) if (group !== undefined) yield* group.statements;
    for (const group of this.#scopes) if (group !== undefined) yield* group.statements;
  }

  #resourceGroup(resource: number): Group {
    const batch = this.#batch!;
    const statements: Statement[] = [];
    const json: Record<string, unknown> = {};
    json['attributes'] = this.#attributes(batch.resourceAttributesStart[resource]!, batch.resourceAttributesEnd[resource]!, statements, 'resource.');
    if (batch.resourceDropped[resource]! > 0) json['droppedAttributesCount'] = batch.resourceDropped[resource];
    const schemaUrl = this.#text(batch.resourceSchemaUrl[resource]!, statements, 'resource.schema_url');
    if (schemaUrl !== '') json['schemaUrl'] = schemaUrl;
    return { json: Buffer.from(JSON.stringify(json)), content: json, statements, index: 0 };
  }

  #scopeGroup(scope: number): Group {
    const batch = this.#batch!;
    const statements: Statement[] = [];
    const json: Record<string, unknown> = {};
    const name = this.#text(batch.scopeName[scope]!, statements, 'scope.name');
    const version = this.#text(batch.scopeVersion[scope]!, statements, 'scope.version');
    const schemaUrl = this.#text(batch.scopeSchemaUrl[scope]!, statements, 'scope.schema_url');
    const attributes = this.#attributes(batch.scopeAttributesStart[scope]!, batch.scopeAttributesEnd[scope]!, statements, 'scope.');
    if (name !== '') json['name'] = name;
    if (version !== '') json['version'] = version;
    if (attributes.length > 0) json['attributes'] = attributes;
    if (batch.scopeDropped[scope]! > 0) json['droppedAttributesCount'] = batch.scopeDropped[scope];
    if (schemaUrl !== '') json['schemaUrl'] = schemaUrl;
    return { json: Buffer.from(JSON.stringify(json)), content: json, statements, index: 0 };
  }

  #attributes(start: number, end: number, statements: Statement[], prefix: string): unknown[] {
    const batch = this.#batch!;
    const list: unknown[] = [];
    for (let value = start; value < end; value++) {
      const id = batch.valueKey[value]!;
      const key = Buffer.from(this.#minimizer.keyBytes[id]!).toString('utf8');
      for (const { kind, count } of this.#minimizer.keyCounts[id]!) statements.push({ place: `${prefix}${key} (key)`, kind, count });
      const json = this.#value(value, statements, prefix + key);
      if (json !== null) list.push({ key, value: json });
    }
    return list;
  }

  /** OTLP/JSON AnyValue as minimized; null when the policy drops the attribute. */
  #value(value: number, statements: Statement[], place: string): unknown {
    const batch = this.#batch!;
    const low = batch.valueA[value]!;
    const high = batch.valueB[value]!;
    let type = batch.valueType[value]!;
    if (batch.valueMark[value] !== 0) {
      const output = this.#output(value, statements, place);
      if (output.dropped) return null;
      type = output.type;
      const text = Buffer.from(output.bytes).toString('utf8');
      if (type === TYPE.array || type === TYPE.map) return JSON.parse(text);
      if (type === TYPE.double) return { doubleValue: doubleJson(Number(text)) };
      return type === TYPE.bytes ? { bytesValue: text } : type === TYPE.int ? { intValue: text } : { stringValue: text };
    }
    switch (type) {
      case TYPE.string:
        return { stringValue: this.#slice(low, high).toString('utf8') };
      case TYPE.bool:
        return { boolValue: low === 1 };
      case TYPE.int:
        return { intValue: String((BigInt(high | 0) << 32n) | BigInt(low)) };
      case TYPE.double: {
        const bytes = Buffer.alloc(8);
        bytes.writeUInt32LE(low, 0);
        bytes.writeUInt32LE(high, 4);
        return { doubleValue: doubleJson(bytes.readDoubleLE()) };
      }
      case TYPE.bytes:
        return { bytesValue: this.#slice(low, high).toString('base64') };
      case TYPE.empty:
        return {};
      default:
        throw new Error('cannot seal a nested value that was not minimized');
    }
  }

  /** A text of the record that is no attribute, as minimized; '' when absent. */
  #text(value: number, statements: Statement[], place: string): string {
    if (value === NONE) return '';
    const batch = this.#batch!;
    if (batch.valueMark[value] === 0) return batch.valueType[value] === TYPE.string ? this.#slice(batch.valueA[value]!, batch.valueB[value]!).toString('utf8') : '';
    const output = this.#output(value, statements, place);
    return output.dropped ? '' : Buffer.from(output.bytes).toString('utf8');
  }

  #output(value: number, statements: Statement[], place: string) {
    const output = this.#minimizer.outputOf(this.#batch!.valueMark[value]!);
    for (const { kind, count } of output.counts) statements.push({ place, kind, count });
    if (output.neutralized > 0) statements.push({ place, kind: NEUTRALIZED, count: output.neutralized });
    return output;
  }

  #slice(start: number, length: number): Buffer {
    const { bytes } = this.#batch!;
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, length);
  }
}

/**
 * Every key with a value below it, however deep: a search finds `{"key":…,"value":{` wherever it stands in the text. Numbers and booleans
 * compare as JSON writes them.
 */
function addItems(json: unknown, items: ItemSet): void {
  if (typeof json !== 'object' || json === null) return;
  if ('key' in json && 'value' in json && typeof json.key === 'string' && typeof json.value === 'object' && json.value !== null) {
    const seed = keySeed(viewOf(Buffer.from(json.key)));
    items.add(keyItem(seed));
    for (const scalar of Object.values(json.value)) {
      if (typeof scalar === 'object') continue;
      const text = Buffer.from(typeof scalar === 'string' ? scalar : JSON.stringify(scalar));
      items.add(valueItem(seed, viewOf(text), 0, text.length));
    }
  }
  for (const inner of Object.values(json)) addItems(inner, items);
}
