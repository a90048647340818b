/**
 * Words that terminal and console have in common: one file says them, so that people read the same in both. Pure, for the browser loads it too.
 */

/** Harmful characters are made visible, not replaced. */
export const NEUTRALIZED = 'neutralized';

/** Singular and plural of what is minimized; another kind is called by its own name. */
const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  credential: ['credential', 'credentials'],
  authorization: ['authorization value', 'authorization values'],
  cookie: ['cookie', 'cookies'],
  'session-id': ['session id', 'session ids'],
  jwt: ['JSON web token', 'JSON web tokens'],
  'private-key': ['private key', 'private keys'],
  password: ['password', 'passwords'],
  email: ['e-mail address', 'e-mail addresses'],
  card: ['payment card number', 'payment card numbers'],
  iban: ['IBAN', 'IBANs'],
  'national-id': ['national id', 'national ids'],
  phone: ['phone number', 'phone numbers'],
  'person-name': ['person’s name', 'people’s names'],
  'postal-address': ['postal address', 'postal addresses'],
  'birth-date': ['date of birth', 'dates of birth'],
  coordinates: ['place by its coordinates', 'places by their coordinates'],
  ip: ['client address', 'client addresses'],
  literal: ['statement literal', 'statement literals'],
  parameter: ['query parameter', 'query parameters'],
  token: ['token', 'tokens'],
  field: ['whole value', 'whole values'],
  sealed: ['whole value', 'whole values'],
  [NEUTRALIZED]: ['harmful character', 'harmful characters'],
};

/** `2 e-mail addresses`. `printed` is the count as the place writes it. */
export function minimizedWords(kind: string, count: number, printed: string): string {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const [one, more] = known ?? [kind.replaceAll('-', ' '), `${kind.replaceAll('-', ' ')}s`];
  return `${printed} ${count === 1 ? one : more}${kind === NEUTRALIZED ? ' made visible' : ''}`;
}

/** Many of a kind: `e-mail addresses`. */
export function kindName(kind: string): string {
  return minimizedWords(kind, 2, '').trim();
}

const DONE: Readonly<Record<string, string>> = {
  keep: 'kept', truncate: 'cut', generalize: 'made coarser', template: 'reduced to its shape', mask: 'masked', pseudonymize: 'made a pseudonym', seal: 'sealed', replace: 'replaced', drop: 'dropped', 'drop-span': 'span refused', restrict: 'shown to some roles',
};

/** What an action of the policy does to something: `masked`. */
export function actionWords(action: string): string {
  return (Object.hasOwn(DONE, action) ? DONE[action] : undefined) ?? action;
}

const TEXTS: Readonly<Record<string, string>> = {
  'span-name': 'name of the span', 'status-message': 'status message', 'trace-state': 'trace state', 'event-name': 'name of the event', 'scope-name': 'name of the scope', 'scope-version': 'version of the scope', 'schema-url': 'schema URL',
};
const ATTRIBUTES: Readonly<Record<string, string>> = { span: 'span', resource: 'resource', scope: 'scope', event: 'event', link: 'link' };

/** A place of the policy that is a text of its own, such as `name of the span`; null for attributes. */
export function placeText(place: string): string | null {
  return (Object.hasOwn(TEXTS, place) ? TEXTS[place] : undefined) ?? null;
}

/** Whose attribute: `event`; a place that is not known by its own name. */
export function attributePlace(place: string): string {
  return (Object.hasOwn(ATTRIBUTES, place) ? ATTRIBUTES[place] : undefined) ?? place;
}
