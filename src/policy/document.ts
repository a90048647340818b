/**
 * What a policy says, after its text was checked: the members of the YAML document as they stand there, so that the document as JSON is
 * itself a policy. docs/reference/policy.md explains each of them to people.
 */
import type { Role } from '#model';
import type { Kind } from '#scanner/recognizer';

/** Where in the record a value stands. The first five are attributes of that part, the others texts that are no attribute. */
export const PLACES = ['resource', 'scope', 'span', 'event', 'link', 'span-name', 'status-message', 'trace-state', 'event-name', 'scope-name', 'scope-version', 'schema-url'] as const;
export type Place = (typeof PLACES)[number];
/** Those whose values are attributes. */
export const ATTRIBUTE_PLACES: ReadonlySet<Place> = new Set<Place>(['resource', 'scope', 'span', 'event', 'link']);
/** Those that belong to spans of several kinds. */
export const SHARED_PLACES: ReadonlySet<Place> = new Set<Place>(['resource', 'scope', 'scope-name', 'scope-version', 'schema-url']);

/** As OTLP names them, without `SPAN_KIND_`; a span that names none is `internal`. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export const VALUE_TYPES = ['string', 'bool', 'int', 'double', 'array', 'map', 'bytes'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** Whose spans a rule is for; what is absent is not asked about. Lists of names with `*`, one of which must match. */
export interface Scope {
  readonly tenants?: readonly string[];
  readonly services?: readonly string[];
  /** `deployment.environment.name` of the resource, or its earlier name `deployment.environment`; '' where there is none. */
  readonly environments?: readonly string[];
  readonly spans?: readonly SpanKind[];
  readonly places?: readonly Place[];
}

export const TIME_UNITS = ['minute', 'hour', 'day', 'month', 'year'] as const;
export const TEMPLATES = ['url', 'sql', 'command'] as const;

export const APPROVALS = ['second-person'] as const;

export interface Sealing {
  /** Equal values are found by those who may search for them. */
  readonly searchable?: boolean;
  /** It says whom it and the other sealed values of its span belong to. The first one of a span counts. */
  readonly subject?: boolean;
  /** `second-person`: it is opened only where somebody else who may open it has approved. Absent: whoever may opens it. */
  readonly approval?: (typeof APPROVALS)[number];
}

/**
 * What becomes of a value, or of the recognized part of one. `replace`: `[kind]`, `[field]` for a whole value, or `[name]` of its own.
 * `seal`: `[sealed]`, and the value is kept closed, for those who may open it.
 * `drop`: the attribute goes; a text that is no attribute becomes empty. `drop-span`: the whole span is refused.
 */
export type Action =
  | 'keep'
  | 'replace'
  | 'drop'
  | 'drop-span'
  | 'seal'
  | { readonly seal: Sealing }
  | { readonly replace: { readonly with: string } }
  /** `***` and the last so many characters, never more than a third of them. */
  | { readonly mask: { readonly last: number } }
  /** Keyed; equal values give equal pseudonyms for one purpose within one period (`30d`, `12h`); without `every` they never change. */
  | { readonly pseudonymize: { readonly purpose: string; readonly every?: string } }
  | { readonly generalize: { readonly network: { readonly v4: number; readonly v6: number } } | { readonly time: (typeof TIME_UNITS)[number] } | { readonly number: number } }
  | { readonly template: (typeof TEMPLATES)[number] }
  /** Characters, after recognized parts were acted upon. */
  | { readonly truncate: number };

export interface Rule {
  /** Unique, lower case with hyphens: what people and traces call the rule. */
  readonly id: string;
  readonly reason?: string;
  readonly for?: Scope;
  /** Attribute keys with `*`. Together with `groups`: one of all must match. */
  readonly keys?: readonly string[];
  /** Namespaces of the semantic conventions, earlier names of their attributes included (`groups.ts`). */
  readonly groups?: readonly string[];
  readonly types?: readonly ValueType[];
  /** Present: the rule is about recognized parts of values, of these kinds. Absent: it is about whole values. */
  readonly recognized?: 'any' | readonly Kind[];
  readonly action: Action;
}

/**
 * Values that are stored as the other rules leave them, and shown to these roles alone. It decides about no value, so it stands in no other rule's way. Where a key is
 * named by several, it is for the roles that all of them name.
 */
export interface RestrictRule {
  readonly id: string;
  readonly reason?: string;
  /** Attribute keys with `*`, wherever they stand; `status.message` is the status message. They are restricted as those of `restricted` are. */
  readonly keys: readonly string[];
  readonly roles: readonly Role[];
  readonly action: 'restrict';
}

/** A recognizer as data: a pattern of the safe subset, words that must stand near, a checksum. */
export interface OwnRecognizer {
  /** Also the kind of what it finds: `[employee-number]`. */
  readonly id: string;
  readonly reason?: string;
  readonly pattern: string;
  /** Words of which one must stand in the attribute key or at most `within` characters away. */
  readonly context?: readonly string[];
  readonly within?: number;
  readonly checksum?: string;
  /** Values by which `policy check` tries it. */
  readonly examples?: readonly string[];
  readonly 'counter-examples'?: readonly string[];
}

export function isRestrictRule(rule: Rule | RestrictRule): rule is RestrictRule {
  return rule.action === 'restrict';
}

/** Those that decide what becomes of values. */
export function decidingRules({ rules }: Pick<PolicyDocument, 'rules'>): readonly Rule[] {
  return rules.filter((rule): rule is Rule => !isRestrictRule(rule));
}

export function restrictRules({ rules }: Pick<PolicyDocument, 'rules'>): readonly RestrictRule[] {
  return rules.filter(isRestrictRule);
}

export interface PolicyDocument {
  readonly version: 2;
  /** What becomes of attributes that no rule about whole values names; `drop` makes the rules an allow-list. Absent = `keep`. */
  readonly attributes?: 'keep' | 'drop';
  readonly recognizers?: readonly OwnRecognizer[];
  readonly rules: readonly (Rule | RestrictRule)[];
  /**
   * Attribute keys with `*` whose values are restricted: in the log each stands as a salted digest, so that it can be left out of
   * evidence. `status.message` is the status message. Absent = none; a text that says nothing of it is read with those of the default policy.
   */
  readonly restricted?: readonly string[];
}
