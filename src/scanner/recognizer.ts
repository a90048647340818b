/**
 * What a recognizer is. One recognizer knows one kind of sensitive text, lives in one file under `recognizers/` with
 * its test beside it, and has this shape. The scanner decides when it runs; `inspect` keeps the marks; `minimize`
 * acts on them. A recognizer never changes text.
 */
import { LIMITS } from '#limits';

/**
 * Kinds of sensitive content that are built in: the vocabulary of marks, policy rules, counts and replaced text (`[email]`).
 * A kind may have a detail after a dot (`credential.github`) in the recognizer's `id`; the kind is what people see.
 */
export const KINDS = [
  'credential', // API keys, tokens, passwords, private keys, connection-string passwords
  'authorization', // values of authorization headers
  'cookie',
  'session-id',
  'jwt',
  'private-key',
  'password',
  'email',
  'card', // payment card numbers that pass the Luhn check
  'iban',
  'national-id',
  'phone',
  'person-name', // where the name beside it says so
  'postal-address',
  'birth-date',
  'coordinates', // of a place, precise to a kilometre or less
  'ip', // addresses of people's machines, shortened rather than removed
  'literal', // literals in SQL and other database statements
  'parameter', // values of sensitive query parameters
] as const;
export type BuiltInKind = (typeof KINDS)[number];

declare const own: unique symbol;
/** The id of a recognizer that a policy brings along, which is the kind of what it finds: `[employee-number]`. */
export type OwnKind = string & { readonly [own]: true };
export type Kind = BuiltInKind | OwnKind;

/** Words that stand for something else where kinds are named, counted or written. */
export const TAKEN_KINDS: readonly string[] = ['any', 'field', 'pseudonym', 'sealed', 'key', 'cut', 'neutralized', 'odd-time', 'second-version'];

/** A kind of its own, of an id that policies may give to a recognizer; null if it is not of that form, or the name of a built-in kind. */
export function ownKind(id: string): OwnKind | null {
  return id.length <= LIMITS.policy_id_characters_max && OWN_KIND.test(id) && !isBuiltInKind(id) && !TAKEN_KINDS.includes(id) ? (id as OwnKind) : null;
}

export function isBuiltInKind(kind: string): kind is BuiltInKind {
  return BUILT_IN.has(kind);
}

const OWN_KIND = /^[a-z0-9][a-z0-9-]*$/;
const BUILT_IN: ReadonlySet<string> = new Set(KINDS);

/**
 * What the attribute key says about its value, worked out once per distinct key (`keyClass` in `key-class.ts`), never
 * per value. Several may hold, so it is a set of bits.
 */
export const KEY = {
  /** Nothing known: content alone decides. Span names, status messages, event names and trace state use this. */
  plain: 0,
  /** The whole value is a secret whatever it looks like: `http.request.header.authorization`, `db.password`, `aws.secret_key`. */
  secret: 1,
  /** A session identifier: `session.id`. */
  session: 2,
  /** A cookie header: names kept, values replaced. */
  cookie: 4,
  /** A database statement: `db.query.text`, `db.statement`, `db.query.parameter.*`. */
  statement: 8,
  /** A whole URL, or a query string: `url.full`, `http.url`, `url.query`, `http.target`. */
  url: 16,
  /** The address of a person's machine: `client.address`, `http.client_ip`, `x-forwarded-for`, `source.address`. */
  clientAddress: 32,
  /** The value is an id by definition and content patterns for numbers must not fire: `trace_id`, `k8s.pod.uid`, `messaging.message.id`. */
  identifier: 64,
  /** A user's contact or account data: phone, e-mail, card, IBAN, tax number by the key's own name, so that weak patterns may fire. */
  personal: 128,
  /** One bound parameter of a statement (`db.query.parameter.0`): the whole value is a literal. */
  parameter: 256,
  /** With `secret`: the secret is a password, so people see `[password]`. */
  password: 512,
  /** With `secret`: an authorization header; the scheme's name stays, what follows goes. */
  authorization: 1024,
  /** The name often carries a secret (`key`, `code`, `hash`): its value is one only if it looks random. Says nothing where `secret` holds. */
  perhaps: 2048,
  /** The other end of a connection, person or machine: `network.peer.address`. Public addresses may be people's, private ones are infrastructure. */
  peerAddress: 4096,
  /** With `personal`: a number that a state gave a person, whatever its form: `user.passport_number`. */
  idNumber: 8192,
  /** A person's name: `customer.first_name`, `user.full_name`. */
  personName: 16_384,
  /** Where a person lives or is sent things: `shipping_address`, `street`, `geo.postal_code`. */
  postalAddress: 32_768,
  /** `date_of_birth`, `dob`. */
  birthDate: 65_536,
  /** Latitude, longitude, or both: `geo.location.lat`. */
  coordinates: 131_072,
  /** Of the policy, not the key: it may keep some kinds in such a value and others not (`ScannerOptions.parts`). */
  distinguished: 262_144,
} as const;
export type KeyClass = number;

/** One found range of a text, in UTF-16 code units of the scanned string, end exclusive. */
export interface Mark {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** What stands in the text instead when this kind is replaced and the recognizer knows better than `[kind]`: a shortened IP, `?` for a literal. */
  readonly instead?: string;
  /** The marks of different kinds that this one covers, itself not among them; absent where there was but one kind. */
  readonly parts?: readonly Mark[];
}

export interface Recognizer {
  /** Unique, `kind` or `kind.detail`: `credential.github`. Names the test, the policy exception and the docs row. */
  readonly id: string;
  /** Also the gravest kind (`overlaps.ts`) that it may give to a mark. */
  readonly kind: Kind;
  /** Marks whole values because of their key, whatever they hold: it runs before those that look closer. */
  readonly ofKey?: true;
  /**
   * Byte features (bits of `FEATURE` in `features.ts`) that must all be present for `find` to run; 0 runs always.
   * This is what keeps unsuspicious values at one pass over their bytes.
   */
  readonly needs: number;
  /** Key classes of which at least one must hold for `find` to run; absent = any key. */
  readonly keys?: KeyClass;
  /**
   * Reports every range it finds through `mark`. Linear time in `text.length` whatever the text. Never throws on any text.
   * `name`: the attribute key and, within a map, the key beside the value; '' where there is none.
   */
  find(text: string, keyClass: KeyClass, mark: (start: number, end: number, instead?: string, kind?: Kind) => void, name: string): void;
}
