/**
 * Every recognizer, in the order in which they run. One import and one entry a line.
 */
import type { Recognizer } from '#scanner/recognizer';
import { assigned } from './assigned.ts';
import { auTfn } from './au-tfn.ts';
import { authorization } from './authorization.ts';
import { beNational } from './be-national.ts';
import { brCpf } from './br-cpf.ts';
import { caSin } from './ca-sin.ts';
import { card } from './card.ts';
import { chAhv } from './ch-ahv.ts';
import { cnResident } from './cn-resident.ts';
import { commandLine } from './command-line.ts';
import { cookieHeader } from './cookie.ts';
import { cookieInText } from './cookie.ts';
import { deSteuerId } from './de-steuer-id.ts';
import { dkCpr } from './dk-cpr.ts';
import { email } from './email.ts';
import { emailEntity } from './email.ts';
import { emailEscaped } from './email.ts';
import { emailPercentEncoded } from './email.ts';
import { esDni } from './es-dni.ts';
import { fiHetu } from './fi-hetu.ts';
import { frNir } from './fr-nir.ts';
import { iban } from './iban.ts';
import { inAadhaar } from './in-aadhaar.ts';
import { ip } from './ip.ts';
import { ipVersion6 } from './ip.ts';
import { itCodiceFiscale } from './it-codice-fiscale.ts';
import { jpMyNumber } from './jp-my-number.ts';
import { jwt } from './jwt.ts';
import { knownTokens } from './known-tokens.ts';
import { krRrn } from './kr-rrn.ts';
import { kubernetesSecret } from './kubernetes-secret.ts';
import { mxCurp } from './mx-curp.ts';
import { nlBsn } from './nl-bsn.ts';
import { noFodselsnummer } from './no-fodselsnummer.ts';
import { phone } from './phone.ts';
import { phoneNational } from './phone.ts';
import { phonePercentEncoded } from './phone.ts';
import { plPesel } from './pl-pesel.ts';
import { jsonWebKey } from './private-key.ts';
import { privateKey } from './private-key.ts';
import { puttyKey } from './private-key.ts';
import { sePersonnummer } from './se-personnummer.ts';
import { sidekiq } from './shapes.ts';
import { tokenShapes } from './shapes.ts';
import { trKimlik } from './tr-kimlik.ts';
import { ukNino } from './uk-nino.ts';
import { urlPassword } from './url-password.ts';
import { usSsn } from './us-ssn.ts';
import { wholeValue } from './whole-value.ts';
import { zaId } from './za-id.ts';

export const RECOGNIZERS: readonly Recognizer[] = [
  assigned,
  auTfn,
  authorization,
  beNational,
  brCpf,
  card,
  caSin,
  chAhv,
  cnResident,
  commandLine,
  cookieHeader,
  cookieInText,
  deSteuerId,
  dkCpr,
  email,
  emailEntity,
  emailEscaped,
  emailPercentEncoded,
  esDni,
  fiHetu,
  frNir,
  iban,
  inAadhaar,
  ip,
  ipVersion6,
  itCodiceFiscale,
  jpMyNumber,
  jsonWebKey,
  jwt,
  knownTokens,
  krRrn,
  kubernetesSecret,
  mxCurp,
  nlBsn,
  noFodselsnummer,
  phone,
  phoneNational,
  phonePercentEncoded,
  plPesel,
  privateKey,
  puttyKey,
  sePersonnummer,
  sidekiq,
  tokenShapes,
  trKimlik,
  ukNino,
  urlPassword,
  usSsn,
  wholeValue,
  zaId,
];
