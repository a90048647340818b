/**
 * A person's name, postal address and date of birth, believed where the key or the name beside the value says so
 * (`particulars.ts`): nothing in such a value tells it from other words.
 */
import { KEY } from '#scanner/recognizer';
import type { KeyClass, Kind, Recognizer } from '#scanner/recognizer';
import { isPlaceholder } from '#scanner/values';

export const personName = ofKey('person-name', KEY.personName, (value) => /\p{L}/u.test(value) && !ACCOUNTS.test(value));

export const postalAddress = ofKey('postal-address', KEY.postalAddress, (value) => /[\p{L}\d]/u.test(value) && !/^[\d.:/]+$|^[\da-f:]*:[\da-f:.]*$|^https?:|@/i.test(value) || /^\d{3,10}$/.test(value));

export const birthDate = ofKey('birth-date', KEY.birthDate, (value) => /\d/.test(value));

/** Accounts of programs, which `user.name` holds as well. */
const ACCOUNTS = /^(?:root|admin|administrator|system|daemon|nobody|postgres|mysql|www-data|nginx|app|service|guest|anonymous|nt authority\\.{1,20}|system:[\w:.-]{1,200})$/i;

function ofKey(kind: Kind, keys: KeyClass, isLikely: (value: string) => boolean): Recognizer {
  return {
    id: `${kind}.key`,
    kind,
    ofKey: true,
    needs: 0,
    keys,
    find(text, _keyClass, mark) {
      const start = text.length - text.trimStart().length;
      const end = text.trimEnd().length;
      if (end <= start) return;
      const value = text.slice(start, end);
      if (!isPlaceholder(value) && isLikely(value)) mark(start, end);
    },
  };
}
