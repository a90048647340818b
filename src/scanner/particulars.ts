/**
 * What the words of a name say about a person's particulars: `customer.first_name`, `shipping_address`, `date_of_birth`,
 * `geo.location.lat`. Nothing in the values tells names of people from other words, so only the name beside them counts, and only
 * one that can mean nothing else: services, hosts, threads, files and clients have names and addresses as well.
 */
import { KEY } from './recognizer.ts';
import type { KeyClass } from './recognizer.ts';

/** `words`: of a name (`wordsOf` in `names.ts`), not empty. */
export function particularsClass(words: readonly string[], last: string, before: string, pair: string): KeyClass {
  const third = words.at(-3) ?? '';
  if (BIRTHS.has(last) || BIRTH_PAIRS.has(pair) || (last === 'birth' && before === 'of' && third === 'date')) return KEY.birthDate;
  if (COORDINATES.has(last) || (last === 'lon' && words.length === 1) || (AXES.has(last) && words.some((word) => PLACES.has(word))) || (/^l(?:at|on|ong)$/.test(last) && POINTS.has(before))) return KEY.coordinates;
  if (POSTAL.has(last) || POSTAL_PAIRS.has(pair)) return KEY.postalAddress;
  if (last === 'address' && PEOPLE.has(before)) return KEY.postalAddress;
  if (NAMES.has(last) || NAME_PAIRS.has(pair)) return KEY.personName;
  if (last !== 'name') return 0;
  const whose = before === 'display' || before === 'real' ? third : before;
  if (PEOPLE.has(whose) || HOLDERS.has(`${third} ${before}`)) return words.some((word) => MACHINES.has(word)) ? 0 : KEY.personName;
  return 0;
}

const NAMES = new Set(
  ('firstname lastname fullname surname forename givenname familyname middlename maidenname nickname cardholder cardholdername accountholder accountholdername customername patientname ' +
    'vorname nachname familienname prenom prénom apellido apellidos cognome sobrenome achternaam voornaam tussenvoegsel imię imie nazwisko fornavn etternavn efternavn efternamn förnamn fornamn etunimi sukunimi příjmení prijmeni keresztnév vezetéknév prenume').split(' '),
);
const NAME_PAIRS = new Set([
  'first name', 'last name', 'full name', 'given name', 'family name', 'middle name', 'maiden name', 'birth name', 'nick name', 'name first', 'name last', 'name given', 'name family', 'name full', 'card holder', 'account holder', 'de famille', 'sur name', 'fore name', 'nom prenom',
]);
/** Whose `name`, `display_name` and `address` are a person's. */
const PEOPLE = new Set('customer patient passenger guest employee student recipient addressee cardholder beneficiary payee payer traveller traveler subscriber doctor physician teacher applicant candidate borrower buyer shopper person contact billing shipping delivery spouse father mother child guardian author enduser consignee insured tenantholder resident citizen donor voter'.split(' '));
const HOLDERS = new Set(['card holder', 'account holder', 'policy holder', 'ticket holder', 'emergency contact', 'next kin']);
/** Beside which `guest` and the like are machines or programs. */
const MACHINES = new Set('vm vmware os host hypervisor service server container pod node database db file thread topic queue cluster webhook method class function'.split(' '));

const POSTAL = new Set('street streetaddress streetname addressline postaladdress mailingaddress homeaddress shippingaddress billingaddress deliveryaddress postcode zipcode postalcode housenumber strasse straße anschrift lieferadresse rechnungsadresse plz postleitzahl calle hausnummer'.split(' '));
const POSTAL_PAIRS = new Set(['street address', 'street name', 'street number', 'address street', 'address line', 'home address', 'postal address', 'mailing address', 'residential address', 'street line', 'postal code', 'zip code', 'post code', 'house number', 'house no', 'user address', 'address full', 'work address', 'permanent address']);

const BIRTHS = new Set('dob birthdate birthday birthdayfull dateofbirth geburtsdatum geburtstag geboortedatum fødselsdato födelsedatum syntymäaika birthdatetime'.split(' '));
const BIRTH_PAIRS = new Set(['birth date', 'birth day', 'date birth', 'de naissance', 'de nacimiento', 'di nascita', 'de nascimento', 'data urodzenia', 'birth dt']);

const COORDINATES = new Set('latitude longitude coords coordinates latlng latlon latlong lonlat lnglat lng geopoint geolocation geohash geocoordinates gpscoordinates gps'.split(' '));
/** Coordinates beside one of `PLACES`: `lat` is a latency as well, `position` an index. */
const AXES = new Set('lat lon long point position coordinate location'.split(' '));
const PLACES = new Set('geo gps map coords coordinates user customer device vehicle driver courier rider pickup dropoff delivery home store'.split(' '));
/** Beside which an axis is one. */
const POINTS = new Set('location position point geopoint coordinate origin destination'.split(' '));
