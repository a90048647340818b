/**
 * National ids with check digits or unmistakable forms, each in its own file, run as one recognizer: a single look at the shapes of the
 * text's numbers says which of them, usually none, need their patterns run. Under a key that holds an identifier by definition
 * nothing is marked.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { arCuil } from './ar-cuil.ts';
import { atSvnr } from './at-svnr.ts';
import { auTfn } from './au-tfn.ts';
import { beNational } from './be-national.ts';
import { bgEgn } from './bg-egn.ts';
import { brCpf } from './br-cpf.ts';
import { caSin } from './ca-sin.ts';
import { chAhv } from './ch-ahv.ts';
import { clRut } from './cl-rut.ts';
import { cnResident } from './cn-resident.ts';
import { coNit } from './co-nit.ts';
import { czRodneCislo } from './cz-rodne-cislo.ts';
import { deSteuerId } from './de-steuer-id.ts';
import { dkCpr } from './dk-cpr.ts';
import { doCedula } from './do-cedula.ts';
import { ecCedula } from './ec-cedula.ts';
import { eeIsikukood } from './ee-isikukood.ts';
import { esDni } from './es-dni.ts';
import { fiHetu } from './fi-hetu.ts';
import { frNir } from './fr-nir.ts';
import { grAfm } from './gr-afm.ts';
import { grAmka } from './gr-amka.ts';
import { hrOib } from './hr-oib.ts';
import { huTaj } from './hu-taj.ts';
import { iePps } from './ie-pps.ts';
import { ilTeudatZehut } from './il-teudat-zehut.ts';
import { inAadhaar } from './in-aadhaar.ts';
import { isKennitala } from './is-kennitala.ts';
import { itCodiceFiscale } from './it-codice-fiscale.ts';
import { jpMyNumber } from './jp-my-number.ts';
import { krRrn } from './kr-rrn.ts';
import { kzIin } from './kz-iin.ts';
import { luMatricule } from './lu-matricule.ts';
import { lvPersonasKods } from './lv-personas-kods.ts';
import { mxCurp } from './mx-curp.ts';
import { myNric } from './my-nric.ts';
import type { NationalIdFinder } from './national-id.ts';
import { nlBsn } from './nl-bsn.ts';
import { noFodselsnummer } from './no-fodselsnummer.ts';
import { shapesOf } from './number-shapes.ts';
import { nzIrd } from './nz-ird.ts';
import { plPesel } from './pl-pesel.ts';
import { ptNif } from './pt-nif.ts';
import { roCnp } from './ro-cnp.ts';
import { ruInn } from './ru-inn.ts';
import { ruSnils } from './ru-snils.ts';
import { sePersonnummer } from './se-personnummer.ts';
import { sgNric } from './sg-nric.ts';
import { siEmso } from './si-emso.ts';
import { isDigitCode, RIGHT, startsOfNumbers } from './surroundings.ts';
import { thId } from './th-id.ts';
import { trKimlik } from './tr-kimlik.ts';
import { twId } from './tw-id.ts';
import { uaRnokpp } from './ua-rnokpp.ts';
import { ukNino } from './uk-nino.ts';
import { usSsn } from './us-ssn.ts';
import { uyCi } from './uy-ci.ts';
import { zaId } from './za-id.ts';

export const COUNTRIES: readonly NationalIdFinder[] = [
  arCuil,
  atSvnr,
  auTfn,
  beNational,
  bgEgn,
  brCpf,
  caSin,
  chAhv,
  clRut,
  cnResident,
  coNit,
  czRodneCislo,
  deSteuerId,
  dkCpr,
  doCedula,
  ecCedula,
  eeIsikukood,
  esDni,
  fiHetu,
  frNir,
  grAfm,
  grAmka,
  hrOib,
  huTaj,
  iePps,
  ilTeudatZehut,
  inAadhaar,
  isKennitala,
  itCodiceFiscale,
  jpMyNumber,
  krRrn,
  kzIin,
  luMatricule,
  lvPersonasKods,
  mxCurp,
  myNric,
  nlBsn,
  noFodselsnummer,
  nzIrd,
  plPesel,
  ptNif,
  roCnp,
  ruInn,
  ruSnils,
  sePersonnummer,
  sgNric,
  siEmso,
  thId,
  trKimlik,
  twId,
  uaRnokpp,
  ukNino,
  usSsn,
  uyCi,
  zaId,
];

/** Without them no word can name a number. */
const TWO_LETTERS = /[A-Za-z\u0080-\uffff]{2}/;

/** The recognizer of some countries' ids. */
export function nationalIds(finders: readonly NationalIdFinder[]): Recognizer {
  const shapes = finders.reduce((all, finder) => all | finder.shapes, 0);
  // Instead of two questions for each country, one: those that may begin with a letter are few.
  const any = anyOf(finders);
  const anyWithLetter = anyOf(finders.filter(({ mayBeginWithLetter }) => mayBeginWithLetter));
  return {
    id: 'national-id',
    kind: 'national-id',
    needs: FEATURE.number,
    find(text, keyClass, mark) {
      if ((keyClass & KEY.identifier) !== 0) return;
      const present = shapesOf(text) & shapes;
      if (present === 0) return;
      const starts = startsOfNumbers(text).filter((start) => {
        const pattern = isDigitCode(text.charCodeAt(start)) ? any : anyWithLetter;
        pattern.lastIndex = start;
        return pattern.test(text);
      });
      if (starts.length === 0) return;
      const mayBeNamed = (keyClass & KEY.personal) !== 0 || TWO_LETTERS.test(text);
      for (const finder of finders) {
        if ((present & finder.shapes) !== 0) finder.find(text, starts, keyClass, mark, mayBeNamed);
      }
    },
  };
}

/** In either case, which is more than some of them want. */
function anyOf(finders: readonly NationalIdFinder[]): RegExp {
  const patterns = new Set(finders.flatMap((finder) => finder.patterns));
  return new RegExp(`(?:${[...patterns].join('|') || '(?!)'})${RIGHT}`, 'iy');
}

export const nationalId = nationalIds(COUNTRIES);
