/**
 * The words that the byte pass looks for, by the feature they set. They are compared without regard to case and anywhere
 * in the text, so each should be rare in ordinary values; a hit only means that a recognizer takes a closer look.
 */
import { KNOWN_TOKENS } from './known-tokens.ts';

/** Prefixes of known tokens too short or too common to look for: `recognizers/shapes.ts` finds those tokens by their form. */
export const UNSOUGHT_PREFIXES: ReadonlySet<string> = new Set(['2/', '1/', 'b_', 're_', 'pat', 'cio', 'cb_', 'sl.', 'sc_', 'ext_', 'pi_', 'md-', 'sk_', 'st.', 'at_', 'cu_', 'sv_', 'ck_', 'cs_', 'ck-', 'nk-', 'm0-', 'fc-', 'ES_', 'QN_', 'ser.', 'act.', 'rft.', 'pk_', 'key_', 'api_', 'token-']);

/** Words inside names that carry secrets. A recognizer reads the whole name around the word (`key-class.ts`). */
const SECRET_WORDS: readonly string[] = [
  'passw', 'passwd', 'passphrase', 'passcode', 'pass=', 'pass:', 'pass"', "pass'", '_pass', '-pass', 'pwd', 'passin', 'passout',
  'secret', 'token', 'key', 'credential', 'creds', 'auth', 'bearer', 'jwt', 'cookie', 'sess', 'sid=', 'sid:', '.sid', 'sid"',
  'sig=', 'signature', 'code=', 'state=', 'ticket', 'assertion', 'nonce', 'otp', 'pin"', 'pin=', 'pin:', 'cvv', 'cvc', 'csrf', 'xsrf',
  'mnemonic', 'recovery code', 'backup code', 'verification code', 'security code', 'recovery phrase', 'seed_phrase', 'seed phrase', 'seedphrase', 'contribsys', 'saml', 'dsn', 'webhook', 'accessid', 'access_id', 'access-id', 'access id', 'encrypt',
  'is your', 'as your', 'one-time', 'one time', ' code ', ' code:', 'verifier', 'samlart', 'wordpress_', 'hash:', 'client_random', 'psk=', 'psk:', 'psk"', '_pw', '"pw', "'pw", 'pw=', 'sonar.login', 'honeycomb-team', 'jenkins-crumb', 'access-sign', 'cf-access',
  // Names of numbers that states give
  'passport', 'passeport', 'pasaporte', 'reisepass', 'licen', 'nhs', 'medicare', 'pan card', 'pan_card', 'ein ', 'ein:', 'ein"', 'vat ', 'vat_', 'vat:', 'vat"', 'national id', 'national_id', 'nationalid', 'national-id', 'id card', 'id_card', 'tax ', 'tax_', 'taxid', 'tin:', 'tin ', 'tin=', 'rfc ', 'rfc:', 'rut ', 'rut:', 'pps ', 'ppsn',
  'nif ', 'nif:', 'nie ', 'nie:', 'oib', 'cnp ', 'cnp:', 'egn ', 'egn:', 'rodn', 'amka', 'nric', 'hkid', 'cuit', 'cuil', 'curp', 'dula', 'insurance', 'ssn', 'social', 'steuernummer', 'ausweis', 'citizen',
  'policy=', 'salt=', 'salt:', 'salt"', 'seed=', 'seed:', 'seed"', 'magic', 'recovery_code', 'backup_code', 'state"', 'contrase', 'senha', 'motdepasse', 'mot_de_passe', 'mot de passe', 'mdp=', 'mdp:', 'mdp"', 'passwort', 'kennwort', 'parola', 'wachtwoord', 'haslo', 'salasana', 'sifre', 'clave',
];

/** How well-known credentials begin; `known-tokens.ts` says how they go on. Prefixes of one or two characters are shapes, not words. */
const KNOWN_PREFIXES: readonly string[] = [
  ...KNOWN_TOKENS.map((token) => token.prefix).filter((prefix) => !UNSOUGHT_PREFIXES.has(prefix)),
  '-----begin', 'ibadanbgkqhkig9w0b', 'ibaakcaqea', 'ibaakcage', 'ibaakbgq', 'gbyqgsm49ag', 'mhccaqeei', 'mc4caqawbqydk2v', 'b3blbnnzac1rzxktdje', '"kty', 'putty-user-key-file', 'eyj', 'eya', 'ewo', 'v1.local', 'v1.public', 'v2.local', 'v2.public', 'v3.local', 'v3.public', 'v4.local', 'v4.public',
];

/** Authorization schemes and programs that take credentials as arguments. */
const SCHEME_WORDS: readonly string[] = [
  'bearer', 'basic ', 'digest ', 'negotiate ', 'ntlm ', 'apikey ', 'api-key ', 'token ', 'aws4-hmac', 'hmac ', 'hawk ', 'ssws ', 'geniekey ', 'dpop ', 'sharedkey', 'mac id=', 'gssapi', 'oauth ',
  'curl', 'mysql', 'mongo', 'redis-cli', 'sshpass', 'psql', 'wget', 'docker login', 'sqlplus', 'smbclient', 'ldapsearch', 'openssl', 'sqlcmd', 'helm ', 'podman login', 'machine ', 'htpasswd', 'net use', 'cmdkey', 'rsync', 'az login',
  // Paths that end in a token
  'reset/', 'resets/', 'password/', 'password-reset', 'recover/', 'recovery/', 'invite/', 'invites/', 'invitation/', 'verify/', 'verification/', 'email/', 'account/', 'confirm/', 'confirmation/', 'activate/', 'activation/', 'unsubscribe/', 'opt-out/', 'magic', 'link/', 'token/', 'tokens/', 'share/', 'shared/', 'key/', 'join/', 'authorize/',
  'hook', 'hc-ping', 'pagerduty.com/integration', 'victorops', '/v1/input', 'pipedream.net', 'one-time/', 'passwordless', 'complete/', 'validate/', 'claim/', 'approve/', 'sso/', 'catch/',
  // Commands and protocols in which a password has no name
  'docker"', "docker'", 'podman"', 'helm"', 'password-stdin', 'unzip', 'zip -', '7z', 'useradd', 'net user', '/user:', 'storepass', 'keypass', 'identified by', 'set password', 'auth plain', 'auth login', 'auth default', 'auth ', 'pass ', 'login ', 'credentials', ':5432:', ':5433:', ':6432:',
];

/** Words without which there is no statement (`statement/embedded.ts`) and no value in an error message (`statement/database-error.ts`). */
const STATEMENT_WORDS: readonly string[] = [
  'select', 'insert', 'merge', 'replace', 'upsert', 'update', 'delete', 'create', 'alter', 'exec', 'call',
  'duplicate', 'incorrect', 'failing row', 'invalid input', 'invalid value', 'key (', 'converting', 'at or near', 'use near', 'dup key', 'out of range', 'too long', 'cannot be converted',
];

/** Names beside people's particulars (`particulars.ts`) and places. */
const PERSON_WORDS: readonly string[] = [
  'firstname', 'first_name', 'first-name', 'lastname', 'last_name', 'last-name', 'fullname', 'full_name', 'full-name', 'surname', 'forename', 'given_name', 'givenname', 'given-name', 'family_name', 'familyname', 'family-name', 'middlename', 'middle_name', 'maiden', 'nickname', 'cardholder', 'card_holder', 'accountholder', 'account_holder',
  'customername', 'customer_name', 'customer name', 'patientname', 'patient_name', 'passengername', 'passenger_name', 'guest_name', 'guestname', 'employee_name', 'employeename', 'recipientname', 'recipient_name', 'contactname', 'contact_name', 'author_name', 'billing_name', 'shipping_name', 'billingname', 'shippingname', 'beneficiary', 'payee', 'traveller', 'traveler', 'vorname', 'nachname', 'prenom', 'apellido', 'cognome', 'achternaam', 'voornaam', 'nazwisko',
  'street', 'address', 'zipcode', 'zip_code', 'postcode', 'postalcode', 'postal', 'strasse', 'anschrift', 'adresse', 'hausnummer', 'house_number', 'housenumber', 'plz',
  'birth', 'dob=', 'dob"', 'dob:', 'geburt', 'naissance', 'nacimiento', 'nascita', 'nascimento', 'urodzenia', 'geboorte',
  'latitud', 'longitud', 'lat=', 'lat"', 'lat:', "lat'", 'lon=', 'lon"', 'lon:', "lon'", 'lng', 'latl', 'coord', 'gps', 'geo', 'point(', 'point (', 'maps', 'position', 'location=', 'location:', 'location"', 'center=', 'center%3d',
];

export const WORDS = {
  secretWord: SECRET_WORDS,
  knownPrefix: KNOWN_PREFIXES,
  schemeWord: SCHEME_WORDS,
  statementWord: STATEMENT_WORDS,
  personWord: PERSON_WORDS,
} as const;
