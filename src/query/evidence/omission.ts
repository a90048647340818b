/**
 * What is left out of evidence because somebody asked for it: values of restricted fields, of which the digest stays. A field that is open in any of the
 * spans cannot be left out, and is told.
 */
import { restrictedDigest, SEALED_VALUES, STATUS_MESSAGE, valueOf } from '#evidence';
import { sha256 } from '#keys/signing';
import type { RestrictedField } from '#leaves';
import type { Attribute, Span } from '#query/span';

/** One of the restricted fields of a span: with its salt, or with the digest of what was left out. */
export type ToldField = { readonly field: string; readonly salt: string } | { readonly field: string; readonly digest: string };

export interface ToldSpan {
  /** Without what was left out. */
  readonly span: Span;
  readonly restricted: readonly ToldField[];
  readonly leavesSealsOut: boolean;
}

type List = readonly Attribute[];

export class Omission {
  /** Keys of which values were left out. */
  readonly leftOut = new Set<string>();
  /** Keys that should be left out and are open. */
  readonly open = new Set<string>();
  readonly #isAsked: ((key: string) => boolean) | null;
  /** Attributes of resources and scopes by their text. */
  readonly #groups = new Map<string, List>();

  /** `isAsked`: null if nothing is to be left out. */
  constructor(isAsked: ((key: string) => boolean) | null) {
    this.#isAsked = isAsked;
  }

  /** Whether everything that this hides of a span can be left out: what was stored before it was restricted stands open in its entry. */
  canLeaveOut(span: Span, fields: readonly RestrictedField[], hides: (key: string) => boolean): boolean {
    const restricted = new Set(fields.map(({ field }) => field));
    const isOpen = (name: string, attributes: List): boolean => attributes.some(({ key }, at) => hides(key) && !restricted.has(`${name}[${at}]`));
    return !(
      (span.statusMessage !== '' && hides(STATUS_MESSAGE) && !restricted.has(STATUS_MESSAGE)) ||
      isOpen('attributes', span.attributes) ||
      span.events.some(({ attributes }, at) => isOpen(`events[${at}].attributes`, attributes)) ||
      span.links.some(({ attributes }, at) => isOpen(`links[${at}].attributes`, attributes)) ||
      isOpen('resource.attributes', this.#attributesOf(span.resource)) ||
      isOpen('scope.attributes', this.#attributesOf(span.scope))
    );
  }

  /** `fields`: all that are restricted of the span, its resource and its scope. */
  take(span: Span, fields: readonly RestrictedField[], hasSeals: boolean): ToldSpan {
    const asked = this.#isAsked;
    if (asked === null) return { span, restricted: fields.map(salted), leavesSealsOut: false };
    const leavesSealsOut = hasSeals && asked(SEALED_VALUES);
    if (leavesSealsOut) this.leftOut.add(SEALED_VALUES);
    const byList = new Map<string, Map<number, RestrictedField>>();
    const restricted: ToldField[] = [];
    let message: RestrictedField | undefined;
    for (const one of fields) {
      const [, list, index] = /^(.*)\[(\d+)\]$/.exec(one.field) ?? [];
      if (list === undefined) message = one;
      else byList.set(list, (byList.get(list) ?? new Map<number, RestrictedField>()).set(Number(index), one));
    }
    /** The list without what is asked for. */
    const without = (name: string, attributes: List): List =>
      attributes.map((attribute, at) => {
        const field = byList.get(name)?.get(at);
        const isAsked = asked(attribute.key);
        if (field === undefined) {
          if (isAsked) this.open.add(attribute.key);
          return attribute;
        }
        if (!isAsked) {
          restricted.push(salted(field));
          return attribute;
        }
        restricted.push(this.#digested(field, attribute));
        return { key: attribute.key, type: 'n', text: '' };
      });
    const statusMessage = this.#message(span.statusMessage, message, restricted, asked(STATUS_MESSAGE));
    return {
      restricted,
      leavesSealsOut,
      span: {
        ...span,
        statusMessage,
        attributes: without('attributes', span.attributes),
        events: span.events.map((event, at) => ({ ...event, attributes: without(`events[${at}].attributes`, event.attributes) })),
        links: span.links.map((link, at) => ({ ...link, attributes: without(`links[${at}].attributes`, link.attributes) })),
        resource: this.#group('resource', span.resource, without),
        scope: this.#group('scope', span.scope, without),
      },
    };
  }

  #message(text: string, field: RestrictedField | undefined, restricted: ToldField[], isAsked: boolean): string {
    if (field === undefined) {
      if (isAsked && text !== '') this.open.add(STATUS_MESSAGE);
      return text;
    }
    restricted.push(isAsked ? this.#digested(field, { key: STATUS_MESSAGE, type: 's', text }) : salted(field));
    return isAsked ? '' : text;
  }

  /** The text of a resource or scope without what is asked for. */
  #group(name: 'resource' | 'scope', text: string, without: (name: string, attributes: List) => List): string {
    const known = this.#attributesOf(text);
    const left = without(`${name}.attributes`, known);
    if (left.every((attribute, at) => attribute === known[at])) return text;
    const group = JSON.parse(text) as { attributes: { key: string; value: unknown }[] };
    for (const [at, attribute] of left.entries()) if (attribute !== known[at]) group.attributes[at]!.value = {};
    return JSON.stringify(group);
  }

  #attributesOf(text: string): List {
    const known = this.#groups.get(text) ?? attributesOf(text);
    this.#groups.set(text, known);
    return known;
  }

  #digested({ field, salt }: RestrictedField, { key, type, text }: Attribute): ToldField {
    this.leftOut.add(key);
    return { field, digest: Buffer.from(restrictedDigest(sha256, salt, type, text)).toString('base64') };
  }
}

function salted({ field, salt }: RestrictedField): ToldField {
  return { field, salt: Buffer.from(salt).toString('base64') };
}

function attributesOf(text: string): List {
  const { attributes = [] } = JSON.parse(text) as { readonly attributes?: readonly { readonly key: string; readonly value: unknown }[] };
  return attributes.map(({ key, value }) => {
    const { letter, text: valueText } = valueOf(value);
    return { key, type: letter, text: valueText };
  });
}
