/**
 * National ids with check digits or unmistakable forms, each in its own file, run as one recognizer: a single look at the shapes of the
 * text's numbers says which of them, usually none, need their patterns run. Under a key that holds an identifier by definition
 * nothing is marked.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { auTfn } from './au-tfn.ts';
import { beNational } from './be-national.ts';
import { brCpf } from './br-cpf.ts';
import { caSin } from './ca-sin.ts';
import { chAhv } from './ch-ahv.ts';
import { cnResident } from './cn-resident.ts';
import { deSteuerId } from './de-steuer-id.ts';
import { dkCpr } from './dk-cpr.ts';
import { esDni } from './es-dni.ts';
import { fiHetu } from './fi-hetu.ts';
import { frNir } from './fr-nir.ts';
import { inAadhaar } from './in-aadhaar.ts';
import { itCodiceFiscale } from './it-codice-fiscale.ts';
import { jpMyNumber } from './jp-my-number.ts';
import { krRrn } from './kr-rrn.ts';
import { mxCurp } from './mx-curp.ts';
import type { NationalIdFinder } from './national-id.ts';
import { nlBsn } from './nl-bsn.ts';
import { noFodselsnummer } from './no-fodselsnummer.ts';
import { shapesOf } from './number-shapes.ts';
import { plPesel } from './pl-pesel.ts';
import { sePersonnummer } from './se-personnummer.ts';
import { trKimlik } from './tr-kimlik.ts';
import { ukNino } from './uk-nino.ts';
import { usSsn } from './us-ssn.ts';
import { zaId } from './za-id.ts';

const COUNTRIES: readonly NationalIdFinder[] = [
  auTfn,
  beNational,
  brCpf,
  caSin,
  chAhv,
  cnResident,
  deSteuerId,
  dkCpr,
  esDni,
  fiHetu,
  frNir,
  inAadhaar,
  itCodiceFiscale,
  jpMyNumber,
  krRrn,
  mxCurp,
  nlBsn,
  noFodselsnummer,
  plPesel,
  sePersonnummer,
  trKimlik,
  ukNino,
  usSsn,
  zaId,
];

/** Without them no word can name a number. */
const TWO_LETTERS = /[A-Za-z\u0080-\uffff]{2}/;

/** The recognizer of some countries' ids. */
export function nationalIds(finders: readonly NationalIdFinder[]): Recognizer {
  const shapes = finders.reduce((all, finder) => all | finder.shapes, 0);
  return {
    id: 'national-id',
    kind: 'national-id',
    needs: FEATURE.number,
    find(text, keyClass, mark) {
      if ((keyClass & KEY.identifier) !== 0) return;
      const present = shapesOf(text) & shapes;
      if (present === 0) return;
      const mayBeNamed = (keyClass & KEY.personal) !== 0 || TWO_LETTERS.test(text);
      for (const finder of finders) {
        if ((present & finder.shapes) !== 0) finder.find(text, keyClass, mark, mayBeNamed);
      }
    },
  };
}

export const nationalId = nationalIds(COUNTRIES);
