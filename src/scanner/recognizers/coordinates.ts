/**
 * Coordinates of a place, by their key (`geo.location.lat`), by words beside them (`latitude: 52.5200`, `lat=52.52&lon=13.40`), and in
 * the notations that nothing else has: GeoJSON, `geo:` (RFC 5870), links to maps, `POINT(13.4 52.5)`, degrees with N, S, E, W.
 * Two decimals or more go, a kilometre and less; what is coarser tells a region and stays.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';

export const coordinatesOfKey: Recognizer = {
  id: 'coordinates.key',
  kind: 'coordinates',
  ofKey: true,
  needs: FEATURE.digit,
  keys: KEY.coordinates,
  find(text, _keyClass, mark) {
    const start = text.length - text.trimStart().length;
    const end = text.trimEnd().length;
    const value = text.slice(start, end);
    if ((ONLY_NUMBERS.test(value) && PRECISE.test(value) && isOnEarth(value)) || GEOHASH.test(value)) mark(start, end);
  },
};

export const coordinates: Recognizer = {
  id: 'coordinates',
  kind: 'coordinates',
  needs: FEATURE.personWord | FEATURE.digit | FEATURE.dot,
  find(text, _keyClass, mark) {
    if (!PRECISE.test(text)) return;
    for (const pattern of [NAMED, PAIR, NAMED_PAIR, WEAKLY_NAMED_PAIR, NOTATIONS]) {
      for (const match of text.matchAll(pattern)) {
        for (let group = 1; group < match.length; group++) {
          const range = match.indices?.[group];
          if (range !== undefined && isOnEarth(match[group] as string)) mark(range[0], pattern === NAMED_PAIR ? endOfList(text, range[1]) : range[1]);
        }
      }
    }
  },
};

/** `52°31′12″N 13°24′18″E`, `52.5200° N, 13.4050° E`. */
export const coordinatesInDegrees: Recognizer = {
  id: 'coordinates.degrees',
  kind: 'coordinates',
  needs: FEATURE.nonAscii | FEATURE.digit,
  find(text, _keyClass, mark) {
    if (!text.includes('°')) return;
    for (const match of text.matchAll(DEGREES)) mark(match.index, match.index + match[0].length);
  },
};

const NUMBER = '[+-]?\\d{1,3}\\.\\d{2,17}';
/** Four decimals, eleven metres: what is only weakly named. */
const FINE = '[+-]?\\d{1,3}\\.\\d{4,17}';
const GAP = `["'\\\\]{0,3}\\s{0,2}(?:[:=]|=>|is|%3[AaDd])?\\s{0,2}["'\\\\]{0,3}`;
const COMMA = '(?:\\s{0,2}[,;/]\\s{0,2}|\\s{1,2}|%2[Cc](?:%20|\\+)?)';

const PRECISE = /\d\.\d\d/;
const ONLY_NUMBERS = /^[\s\d.,;()[\]+°NSEW-]{4,80}$/;
const GEOHASH = /^(?=[a-z]*\d)(?=\d*[a-z])[0-9b-hjkmnp-z]{5,12}$/;
const NAMED = new RegExp(`(?<![A-Za-z])(?:[A-Za-z]{1,20}_)?(?:lat|long)itude${GAP}(${NUMBER})`, 'dgi');
/** Both axes by their short names, in either order. */
const PAIR = new RegExp(`(?<![A-Za-z])(?:lat|lon|lng|long)${GAP}(${NUMBER})["'\\\\]{0,3}[\\s,;&|]{1,6}(?:amp;)?["'\\\\]{0,3}(?:[A-Za-z]{1,20}_)?(?:lat|lon|lng|long)${GAP}(${NUMBER})`, 'dgi');
const NAMED_PAIR = new RegExp(`(?:coordinates?|coords?|latlo?ng?|lnglat|lonlat|lat[/,] ?lo?ng?|gps(?:[_ ](?:location|position|fix))?|geo[-_ ]?(?:location|point|tag|position))["'\\\\]{0,3}[\\s:=([]{1,6}["']?(${NUMBER}${COMMA}${NUMBER})`, 'dgi');
const WEAKLY_NAMED_PAIR = new RegExp(`(?:location|position|(?<![A-Za-z])(?:s?ll|center|near|origin|destination|[ds]addr|q))["'\\\\]{0,3}[\\s:=([]{1,6}["']?(${FINE}${COMMA}${FINE})`, 'dgi');
const NOTATIONS = new RegExp(`(?<![A-Za-z])geo:(${NUMBER},${NUMBER})|/@(${NUMBER},${NUMBER})(?=,|$)|(?<![A-Za-z])POINT ?(?:Z ?)?\\((${NUMBER} ${NUMBER})|maps[^\\s"']{0,80}[?&/](?:q|query|ll|center|daddr|saddr|place)[=/](${NUMBER}(?:,|%2[Cc])${NUMBER})`, 'dgi');
const DEGREES = /(?<![\d.])\d{1,3}(?:\.\d{2,12})?°(?:\s?\d{1,2}(?:\.\d{1,6})?['′’](?:\s?\d{1,2}(?:\.\d{1,6})?(?:["″”]|''))?)?\s?[NS][\s,;]{0,3}\d{1,3}(?:\.\d{2,12})?°(?:\s?\d{1,2}(?:\.\d{1,6})?['′’](?:\s?\d{1,2}(?:\.\d{1,6})?(?:["″”]|''))?)?\s?[EWO](?![A-Za-z])/g;
const MORE = new RegExp(`[\\s,[\\]]{1,12}${NUMBER}`, 'y');

/** Every number is at most 180. */
function isOnEarth(numbers: string): boolean {
  return [...numbers.matchAll(/\d{1,20}(?:\.\d{1,20})?/g)].every(([number]) => Number(number) <= 180);
}

/** Where the numbers that follow each other end: the corners of a polygon. */
function endOfList(text: string, start: number): number {
  let end = start;
  for (MORE.lastIndex = end; MORE.test(text); MORE.lastIndex = end) end = MORE.lastIndex;
  return end;
}
