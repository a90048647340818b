/**
 * Every recognizer, in the order in which they run. One import and one entry a line.
 */
import type { Recognizer } from '#scanner/recognizer';
import { assigned } from './assigned.ts';
import { authorization } from './authorization.ts';
import { card } from './card.ts';
import { commandLine } from './command-line.ts';
import { cookieHeader } from './cookie.ts';
import { cookieInText } from './cookie.ts';
import { coordinates } from './coordinates.ts';
import { coordinatesInDegrees } from './coordinates.ts';
import { coordinatesOfKey } from './coordinates.ts';
import { cardCutOff } from './cut-off.ts';
import { emailCutOff } from './cut-off.ts';
import { ibanCutOff } from './cut-off.ts';
import { tokenCutOff } from './cut-off.ts';
import { urlPasswordCutOff } from './cut-off.ts';
import { email } from './email.ts';
import { emailEntity } from './email.ts';
import { emailEscaped } from './email.ts';
import { emailPercentEncoded } from './email.ts';
import { iban } from './iban.ts';
import { ip } from './ip.ts';
import { ipVersion6 } from './ip.ts';
import { jwt } from './jwt.ts';
import { awsSecretKey } from './known-tokens.ts';
import { knownTokens } from './known-tokens.ts';
import { kubernetesSecret } from './kubernetes-secret.ts';
import { linkToken } from './link-token.ts';
import { literal } from './literal.ts';
import { literalDatabaseError } from './literal.ts';
import { literalEmbedded } from './literal.ts';
import { literalParameter } from './literal.ts';
import { oneTimeCode } from './one-time-code.ts';
import { dataSource, oracleUrl } from './url-password.ts';
import { foreignNames } from './foreign-names.ts';
import { idOfKey } from './named-id.ts';
import { namedId } from './named-id.ts';
import { nationalId } from './national-ids.ts';
import { birthDate } from './of-person.ts';
import { personName } from './of-person.ts';
import { postalAddress } from './of-person.ts';
import { phone } from './phone.ts';
import { phoneNational } from './phone.ts';
import { phonePercentEncoded } from './phone.ts';
import { bareKey } from './private-key.ts';
import { jsonWebKey } from './private-key.ts';
import { privateKey } from './private-key.ts';
import { puttyKey } from './private-key.ts';
import { oddlyNamed } from './shapes.ts';
import { pgpass } from './shapes.ts';
import { sidekiq } from './shapes.ts';
import { tokenShapes } from './shapes.ts';
import { urlPassword } from './url-password.ts';
import { wholeValue } from './whole-value.ts';

export const RECOGNIZERS: readonly Recognizer[] = [
  assigned,
  authorization,
  awsSecretKey,
  card,
  commandLine,
  cookieHeader,
  cookieInText,
  coordinates,
  coordinatesInDegrees,
  coordinatesOfKey,
  cardCutOff,
  emailCutOff,
  ibanCutOff,
  tokenCutOff,
  urlPasswordCutOff,
  email,
  emailEntity,
  emailEscaped,
  emailPercentEncoded,
  iban,
  ip,
  ipVersion6,
  jsonWebKey,
  jwt,
  knownTokens,
  kubernetesSecret,
  linkToken,
  literal,
  literalDatabaseError,
  literalEmbedded,
  literalParameter,
  oneTimeCode,
  oracleUrl,
  dataSource,
  foreignNames,
  idOfKey,
  namedId,
  nationalId,
  birthDate,
  personName,
  postalAddress,
  phone,
  phoneNational,
  phonePercentEncoded,
  bareKey,
  privateKey,
  puttyKey,
  oddlyNamed,
  pgpass,
  sidekiq,
  tokenShapes,
  urlPassword,
  wholeValue,
];
