/**
 * What a name says about the value beside it: `db_password`, `X-API-Key`, `accessToken`, `PGPASSWORD`, `clientIp`, `contraseña`.
 * Used for attribute keys and for every name inside a text (JSON members, query parameters, headers, environment, flags).
 *
 * A name is cut into words (case, punctuation, digits) and judged from its end, because that is where names say what a value
 * is: `password_reset_url` is a URL, `token_count` a number, `client_secret` a secret.
 */
import { particularsClass } from './particulars.ts';
import { KEY } from './recognizer.ts';
import type { KeyClass } from './recognizer.ts';

const NAME_LENGTH_MAX = 256;

/** Class of a bare name. Attribute keys with a meaning of their own are in `key-class.ts`. */
export function classOfName(name: string): KeyClass {
  const words = wordsOf(name.length > NAME_LENGTH_MAX ? name.slice(-NAME_LENGTH_MAX) : name);
  while (words.length > 1 && WRAPPERS.has(words.at(-1) as string)) words.pop();
  const last = words.at(-1);
  if (last === undefined) return KEY.plain;
  const before = words.at(-2) ?? '';
  const pair = `${before} ${last}`;
  const particulars = particularsClass(words, last, before, pair);
  // `postal_code` ends as codes do that are secret.
  if (particulars === KEY.postalAddress) return particulars;
  const secret = secretClass(words, last, before, pair);
  return secret !== 0 ? secret : particulars | personalClass(words, last, pair) | placeClass(words, last, before, pair);
}

/** Lower-case words: `X-APIKey2` is x, api, key. Digits at the end of a word do not count, words of digits neither. */
export function wordsOf(name: string): string[] {
  const words: string[] = [];
  const spaced = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase();
  for (const part of spaced.split(/[^\p{L}\p{N}\p{M}]+/u)) {
    const word = /^\d/.test(part) ? part : part.replace(/\d{1,8}$/, '');
    if (word !== '' && !/^\d+$/.test(word)) words.push(word);
  }
  return words;
}

function secretClass(words: readonly string[], last: string, before: string, pair: string): KeyClass {
  if (QUESTIONS.has(words[0] as string) && words.length > 1) return 0;
  if (last === 'authorization' || pair === 'proxy auth') return KEY.secret | KEY.authorization;
  if (pair === 'set cookie' || last === 'setcookie' || last === 'cookie' || last === 'cookies') return KEY.cookie;
  if (SESSIONS.has(last) || SESSION_PAIRS.has(pair) || last.endsWith('sessionid') || last.endsWith('sessid')) return KEY.session;
  if (last === 'session' || last === 'sid' || last === 'sess') return KEY.perhaps;
  if (PASSWORDS.has(last) || endsWithOne(last, PASSWORD_ENDINGS) || PASSWORD_PAIRS.has(pair)) {
    return last === 'oldpwd' ? 0 : KEY.secret | KEY.password;
  }
  if (last === 'pass' || last === 'pin') return NOT_BEFORE_PASS.has(before) ? 0 : KEY.secret | KEY.password;
  if (last === 'token' || last.endsWith('token')) return NOT_BEFORE_TOKEN.has(before) || NOT_BEFORE_TOKEN.has(last.slice(0, -5)) ? 0 : KEY.secret;
  if (SECRETS.has(last) || SECRET_PAIRS.has(pair) || endsWithOne(last, SECRET_ENDINGS)) return KEY.secret;
  if (last === 'key') return words.length === 1 ? KEY.perhaps : BEFORE_KEY.has(before) ? KEY.secret : NOT_BEFORE_KEY.has(before) ? 0 : KEY.perhaps;
  if (last === 'keys') return BEFORE_KEY.has(before) ? KEY.perhaps : 0;
  if (PERHAPS.has(last) || PERHAPS_PAIRS.has(pair)) return KEY.perhaps;
  return 0;
}

function personalClass(words: readonly string[], last: string, pair: string): KeyClass {
  if (ID_NUMBERS.has(last) || ID_NUMBER_PAIRS.has(pair) || (words.length > 2 && ID_NUMBER_PAIRS.has(`${words.at(-3)} ${words.at(-2)}`) && /^(?:number|no|nr|id|num)$/.test(last))) return KEY.personal | KEY.idNumber;
  if (PERSONAL.has(last) || PERSONAL_PAIRS.has(pair)) return KEY.personal;
  return words.length > 2 && PERSONAL_PAIRS.has(`${words.at(-3)} ${words.at(-2)}`) && (last === 'number' || last === 'no' || last === 'id') ? KEY.personal : 0;
}

function placeClass(words: readonly string[], last: string, before: string, pair: string): KeyClass {
  if (PEER_ADDRESSES.has(pair) || last === 'peerip') return KEY.peerAddress;
  if (CLIENT_ADDRESSES.has(last) || CLIENT_ADDRESS_PAIRS.has(pair)) return words.some((word) => OWN_MACHINES.has(word)) ? 0 : KEY.clientAddress;
  if ((last === 'ip' || last === 'ipaddress' || last === 'ipaddr' || pair === 'ip address' || pair === 'ip addr') && !words.some((word) => OWN_MACHINES.has(word))) {
    return KEY.clientAddress;
  }
  if (IDENTIFIERS.has(last) && !NOT_BEFORE_ID.has(before)) return KEY.identifier;
  return URLS.has(last) ? KEY.url : 0;
}

function endsWithOne(word: string, endings: readonly string[]): boolean {
  return endings.some((ending) => word.endsWith(ending));
}

/** Words after the one that counts: `password_confirmation`, `secretValue`, `token_base64`. */
const WRAPPERS = new Set(
  'value values text string str plain plaintext raw encoded base b new old current previous confirm confirmation confirmed again repeat repeated retype verify hash hashed encrypted encoded param parameter env var variable attribute member input prod production dev development staging test live sandbox default primary secondary main local override'.split(' '),
);
/** First words that make the value an answer: `has_password`. */
const QUESTIONS = new Set('is has have had should use uses using require requires required enable enabled disable disabled allow allowed show hide no without forgot missing invalid valid max min num count total'.split(' '));

const PASSWORDS = new Set(
  ('password passwd passwort passwords pwd pswd psw passphrase passcode passwrd userpass kennwort contraseña contrasena senha motdepasse mdp parola wachtwoord ' +
    'haslo hasło salasana lösenord losenord пароль 密码 密碼 口令 パスワード 비밀번호 şifre sifre кодоваяфраза otp totp cvv cvc pincode passkey psk userpassword pw storepass keypass cvv cvc dbpass').split(' '),
);
const PASSWORD_ENDINGS = ['password', 'passwd', 'passwort', 'passphrase', 'userpwd', 'dbpwd', 'rootpwd', 'adminpwd', 'passw'];
const PASSWORD_PAIRS = new Set(['de passe', 'pass word', 'pass phrase', 'pin code', 'security code', 'mfa code', 'otp code', 'sms code', 'verification code', 'backup code', 'recovery code', 'seed phrase', 'recovery phrase', 'one time', 'pass code']);
const NOT_BEFORE_PASS = new Set('first second single multi by high low band test tests render compiler optimization boarding season all did not gpio io interrupt'.split(' '));

const SECRETS = new Set(
  ('secret jwt apikey credential credentials creds cred bearer mnemonic csrf xsrf samlresponse samlrequest samlart appkey assertion authtoken accesskey secretkey privatekey authkey ' +
    'appsecret clientsecret licensekey licencekey sharedkey encryptionkey signingkey masterkey accountkey refreshtoken idtoken seedphrase apisecret secretaccesskey accessid').split(' '),
);
const SECRET_ENDINGS = ['secret', 'apikey', 'secretkey', 'accesskey', 'privatekey', 'authkey', 'licensekey', 'encryptionkey', 'accountkey', 'sharedkey', 'signingkey', 'masterkey'];
const SECRET_PAIRS = new Set(['secret id', 'access id', 'session token', 'session key', 'client assertion', 'saml response', 'saml request', 'sam lart', 'saml assertion', 'app secret', 'shared access', 'webhook url', 'sas url', 'api token', 'npm auth', 'basic auth', 'http auth', 'registry auth', 'key data', 'unseal key', 'session ticket', 'nt hash', 'ntlm hash', 'password hash', 'lm hash', 'access sign', 'mbx apikey', 'jenkins crumb', 'honeycomb team', 'sonar login', 'client random', 'docker auth', 'docker config', 'dockerconfigjson']);
const NOT_BEFORE_TOKEN = new Set(
  ('page next prev previous continuation sync cursor resume change delta max min num total input output prompt completion stop eos bos pad unk mask cls sep unexpected syntax ' +
    'cancellation lock fencing pagination list scroll search marker skip last first current start end word sub vocab special idempotency client-request request device-type').split(' '),
);
const BEFORE_KEY = new Set(
  ('api access secret private encryption encrypt decryption signing signature shared account auth authentication authorization master license licence service server application consumer hmac ' +
    'webhook ssh session admin subscription functions function app rapidapi deploy write read client personal recovery root sas ingest ingestion integration push crypt crypto cipher aes rsa jwt ' +
    'fastly unseal token ikey instrumentation security secure login user-api data-api rest sdk bot pem wallet signer seed kek dek sealing unseal vault').split(' '),
);
const NOT_BEFORE_KEY = new Set(
  ('public primary foreign partition sort cache routing message msg row object idempotency composite unique hash range group index map dict config property attribute field json event record lookup ' +
    's3 pgp gpg tls ssl cert certificate host bucket websocket feature flag lang translation i18n redis dedup deduplication shard stream topic resource hot arrow num tab short sharding order natural surrogate cluster search query ' +
    'param parameter header metadata tag label entity item line tenant locale keyboard press entry ordering file path column table distribution collation kafka secondary alternate duplicate missing ' +
    'unknown invalid no any each every first last next this that the a an of storage-path setting settings variable env span trace service-account-name product sku job state statement rate limit limiter bucketing state-store').split(' '),
);

const SESSIONS = new Set('sessionid sessid jsessionid phpsessid aspsessionid'.split(' '));
const SESSION_PAIRS = new Set(['session id', 'session cookie', 'connect sid', 'session uuid', 'net sessionid', 'laravel session', 'gitlab session', 'sess id', 'session identifier', 'session hash']);

const PERHAPS = new Set('auth code sig signature nonce ticket otc secrets tokens keys hmac salt seed dsn clave cipher license licence authenticity webhook'.split(' '));
const PERHAPS_PAIRS = new Set(['key id', 'auth code', 'authorization code', 'oauth state', 'oauth verifier', 'code verifier', 'device code', 'user code', 'invite code', 'reset code']);

const PERSONAL = new Set(
  ('email mail emails phone mobile cell telephone tel fax msisdn whatsapp ssn nin nino tin iban card pan cardnumber creditcard passport cpf cnpj personnummer bsn dni nif nie pesel aadhaar aadhar ' +
    'phonenumber mobilenumber emailaddress accountnumber taxid nationalid ein itin oib steuerid codicefiscale telefon handy telefono téléfono telefone telephon').split(' '),
);
const PERSONAL_PAIRS = new Set([
  'phone number', 'mobile number', 'cell phone', 'contact number', 'fax number', 'card number', 'card no', 'cc number', 'credit card', 'debit card', 'account number', 'bank account', 'tax id', 'tax number', 'vat number', 'vat id',
  'national id', 'identity number', 'id number', 'id card', 'passport number', 'passport no', 'driver license', 'drivers license', 'driving license', 'license number', 'social security', 'security number', 'insurance number', 'nhs number', 'medicare number',
  'person number', 'personal number', 'codice fiscale', 'steuer id', 'email address', 'e mail', 'mail address', 'national insurance', 'payment card', 'primary account', 'caller id', 'to number', 'from number', 'sort code', 'user contact',
]);

const ID_NUMBERS = new Set('ssn passport nric nin nino ppsn cpf cnpj dni pesel aadhaar aadhar personnummer bsn oib curp nhs medicare driverlicense nationalid taxid steuerid codicefiscale itin hkid'.split(' '));
const ID_NUMBER_PAIRS = new Set([
  'passport number', 'passport no', 'passport id', 'driver license', 'drivers license', 'driving license', 'driver licence', 'driving licence', 'license number', 'licence number', 'national id', 'tax id', 'tax number', 'vat number', 'vat id', 'social security',
  'nhs number', 'medicare number', 'insurance number', 'identity number', 'id card', 'citizen id', 'resident id', 'codice fiscale', 'steuer id',
]);

const CLIENT_ADDRESSES = new Set('clientip remoteip remoteaddr remoteaddress userip clientaddress sourceip realip callerip'.split(' '));
const CLIENT_ADDRESS_PAIRS = new Set([
  'client ip', 'client address', 'client addr', 'remote ip', 'remote addr', 'remote address', 'user ip', 'source ip', 'source address', 'src ip', 'caller ip', 'forwarded for', 'real ip', 'connecting ip', 'visitor ip', 'customer ip', 'login ip',
  'client host', 'remote host', 'viewer address', 'origin ip', 'requester ip', 'sender ip', 'x forwarded',
]);
const PEER_ADDRESSES = new Set(['peer ip', 'peer addr', 'peer address', 'peer ipv', 'socket address']);
const OWN_MACHINES = new Set('host server pod node container instance destination local listen bind service cluster gateway upstream backend dns lb ingress egress nat'.split(' '));

const IDENTIFIERS = new Set(
  ('id ids uuid uid guid sha digest checksum etag version revision commit timestamp time duration millis nanos micros ms ns port pid tid offset size length count bytes traceparent tracestate ' +
    'epoch ts date created updated expires expiry seq sequence traceid spanid requestid correlationid height width lineno line row column index').split(' '),
);
const NOT_BEFORE_ID = new Set('tax vat national card passport insurance driver license licence citizen person personal caller steuer customer-tax user account payment'.split(' '));
const URLS = new Set('url uri href referer referrer location link redirect endpoint'.split(' '));
