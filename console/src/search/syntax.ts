/**
 * The language of the query bar, both ways: what is typed as filters, with errors that stand where they belong, and filters as text
 * that reads back as the same filters.
 */
import { attributeFilter, ENTRY, EVERYWHERE, type Filter, idOf, isText, KINDS, type Place, STATUSES, textFilter } from './filters.ts';
import { cutTerms, type Sign, type Term } from './terms.ts';

export interface SyntaxError {
  readonly from: number;
  readonly to: number;
  /** What is wrong and what to write instead. */
  readonly says: string;
}

export interface Reading {
  readonly filters: readonly Filter[];
  readonly errors: readonly SyntaxError[];
  /** Somebody pasted the id of a trace: that is where they want to go. */
  readonly traceId: string | null;
}

/** Names that mean something of the span itself; an attribute called so is written in quotes. */
export const FIELDS = ['service', 'name', 'operation', 'status', 'kind', 'duration', 'message', 'error', 'has', 'trace'] as const;
type FieldName = (typeof FIELDS)[number];

const DURATION = /^(?:[0-9]{1,12}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h|d)){1,8}$/;
const TRACE_ID = /^[0-9a-f]{32}$/i;

export function readQuery(text: string): Reading {
  const filters: Filter[] = [];
  const errors: SyntaxError[] = [];
  let traceId: string | null = null;
  const terms = cutTerms(text);
  for (let at = 0; at < terms.length; at += 1) {
    const term = terms[at];
    if (term === undefined) break;
    const next = terms[at + 1];
    const exists = isBareKey(term) && next !== undefined && isWord(next, 'exists');
    if (exists) at += 1;
    const read = exists ? existsOf(term) : readTerm(term, text);
    if (typeof read === 'string') errors.push({ from: term.from, to: Math.max(term.to, term.from + 1), says: read });
    else if ('traceId' in read) traceId = read.traceId;
    else filters.push(...read.filters);
  }
  return { filters, errors, traceId };
}

type Read = string | { readonly filters: readonly Filter[] } | { readonly traceId: string };

function readTerm(term: Term, text: string): Read {
  if (!term.closed) return 'The quotation mark has no end. Add one after the text.';
  if (term.lonelyMark) return 'After ! belongs = or ~, as in key!=value.';
  if (term.sign === null) return readWord(term, text);
  if (term.key === '') return 'A name is missing before the sign, as in http.route=/cart.';
  if (term.value === '' && !term.valueQuoted) return `A value is missing. Write it after the sign, or "" for an empty one.`;
  // A web address is a text, not a key called https.
  if (!term.keyQuoted && !term.valueQuoted && term.value.startsWith('//') && text[term.valueFrom - 1] === ':') return { filters: [textFilter(text.slice(term.from, term.to))] };
  const sign = term.negated ? contraryOf(term.sign) : term.sign;
  if (sign === null) return 'A minus goes with = or =~ only, as in -status:error.';
  const field = !term.keyQuoted && (term.place === 'any' || term.place === 'field') ? FIELDS.find((one) => one === term.key.toLowerCase()) : undefined;
  if (field !== undefined) return readField(field, sign, term.value);
  if (term.place === 'field') return 'A span has the fields name, service, kind, status and message.';
  return readAttribute(term.place, term.key, sign, term.value);
}

function readWord(term: Term, text: string): Read {
  if (term.place !== 'any') return term.key === '' ? 'A key is missing after the place, as in resource:host.name=web-1.' : existsOf(term);
  if (!term.keyQuoted && TRACE_ID.test(term.key)) return { traceId: term.key.toLowerCase() };
  const words = term.keyQuoted ? term.key : text.slice(term.from, term.to);
  return words === '' ? 'There is no text between the quotation marks.' : { filters: [textFilter(words)] };
}

function existsOf(term: Term): Read {
  const wrong = wrongKey(term.key);
  return wrong ?? { filters: [attributeFilter(term.key, 'exists', '', term.place)] };
}

function readField(field: FieldName, sign: Sign, value: string): Read {
  switch (field) {
    case 'service':
      return sign === '=' ? { filters: [{ is: 'service', value }] } : ownField('service', sign, value);
    case 'name':
    case 'operation':
      return sign === '=' ? { filters: [{ is: 'operation', value }] } : ownField('name', sign, value);
    case 'message':
      return ownField('message', sign, value);
    case 'status':
      return oneOfFew('status', STATUSES, sign, value.toLowerCase());
    case 'kind':
      if (sign === '=' && value.toLowerCase() === ENTRY) return { filters: [{ is: 'kind', value: ENTRY }] };
      return oneOfFew('kind', KINDS, sign, value.toLowerCase());
    case 'error':
      if (value !== 'true' && value !== 'false') return 'Write status:error, or error:true.';
      return (value === 'true') === (sign === '=') ? { filters: [{ is: 'status', value: 'error' }] } : ownField('status', '!=', 'error');
    case 'has':
      return wrongKey(value) ?? { filters: [attributeFilter(...splitPlace(value))] };
    case 'trace':
      return TRACE_ID.test(value) ? { traceId: value.toLowerCase() } : 'The id of a trace has 32 characters, 0 to 9 and a to f.';
    case 'duration':
      return readDuration(sign, value);
  }
}

function readDuration(sign: Sign, value: string): Read {
  const ends = value.split('..');
  if (sign === '=' && ends.length === 2 && ends.every((one) => DURATION.test(one))) return { filters: [{ is: 'durationMin', value: ends[0] ?? '' }, { is: 'durationMax', value: ends[1] ?? '' }] };
  if (/^[0-9.]+$/.test(value)) return `Say the unit, as in duration>${value}ms: ns, us, ms, s, m or h.`;
  if (!DURATION.test(value)) return 'Write a duration as 200ms, 1.5s or 1m30s.';
  if (sign === '>' || sign === '>=') return { filters: [{ is: 'durationMin', value }] };
  if (sign === '<' || sign === '<=') return { filters: [{ is: 'durationMax', value }] };
  return 'Compare a duration: duration>200ms, duration<2s, or duration:200ms..2s.';
}

function oneOfFew(name: 'status' | 'kind', few: readonly string[], sign: Sign, value: string): Read {
  if (sign !== '=' && sign !== '!=') return ownField(name, sign, value);
  if (!few.includes(value)) return `${name} is one of ${few.join(', ')}.`;
  return sign === '=' ? { filters: [{ is: name, value }] } : ownField(name, sign, value);
}

function ownField(key: string, sign: Sign, value: string): Read {
  if (/^[<>]/.test(sign)) return `${key} is a text; use = != ~ =~ or !~.`;
  return { filters: [attributeFilter(key, sign, value, 'field')] };
}

function readAttribute(place: Place, key: string, sign: Sign, value: string): Read {
  const wrong = wrongKey(key);
  if (wrong !== null) return wrong;
  if (/^[<>]/.test(sign) && (value.trim() === '' || !Number.isFinite(Number(value)))) return `${sign} compares numbers, as in http.response.status_code${sign}500.`;
  if (sign === '~' && value === '') return 'A text is missing after ~.';
  return { filters: [attributeFilter(key, sign, value, place)] };
}

/** The API cuts a filter at its first sign, so a key that holds one cannot be asked for. */
function wrongKey(key: string): string | null {
  if (key === '') return 'A key is missing.';
  return /[=!<>~]/.test(key) ? 'A key with one of = ! < > ~ in it cannot be searched.' : null;
}

function splitPlace(text: string): [string, 'exists', '', Place] {
  const [, place, key] = /^(span|event|resource|scope):(.+)$/s.exec(text) ?? [];
  return key === undefined ? [text, 'exists', '', 'any'] : [key, 'exists', '', place as Place];
}

function contraryOf(sign: Sign): Sign | null {
  return ({ '=': '!=', '=~': '!~', '!=': '=', '!~': '=~' } as const)[sign as '='] ?? null;
}

function isBareKey(term: Term): boolean {
  return term.sign === null && term.closed && !term.negated && !term.lonelyMark && term.key !== '';
}

function isWord(term: Term, word: string): boolean {
  return term.sign === null && !term.keyQuoted && term.place === 'any' && term.key === word && !term.lonelyMark;
}

/** A filter as the bar takes it. */
export function printFilter(filter: Filter): string {
  switch (filter.is) {
    case 'service':
    case 'status':
    case 'kind':
      return `${filter.is}:${printValue(filter.value)}`;
    case 'operation':
      return `name:${printValue(filter.value)}`;
    case 'durationMin':
      return `duration>=${filter.value}`;
    case 'durationMax':
      return `duration<=${filter.value}`;
    case 'attribute': {
      const { place, key, op, value } = filter;
      if (isText(filter)) return printWords(value);
      if (place === 'field') return `${key}${op}${printValue(value)}`;
      const name = `${place === 'any' ? '' : `${place}:`}${printKey(key, place)}`;
      return op === 'exists' ? `${name} exists` : `${name}${op}${printValue(value)}`;
    }
  }
}

export function printQuery(filters: readonly Filter[]): string {
  return filters.map(printFilter).join(' ');
}

/** Whether the text means exactly these filters and nothing is wrong with it. */
export function readsAs(text: string, filter: Filter): boolean {
  const { filters, errors } = readQuery(text);
  return errors.length === 0 && filters.length === 1 && filters[0] !== undefined && idOf(filters[0]) === idOf(filter);
}

function printValue(value: string): string {
  return value === '' || /[\s"]/.test(value) || value.startsWith('//') ? quoted(value) : value;
}

function printKey(key: string, place: Place): string {
  const odd = /[\s":]/.test(key) || key.startsWith('-') || key === EVERYWHERE || (place === 'any' && FIELDS.some((one) => one === key.toLowerCase()));
  return odd ? quoted(key) : key;
}

function printWords(words: string): string {
  const plain = !/[\s"=!<>~:]/.test(words) && !words.startsWith('-') && words !== 'exists' && !TRACE_ID.test(words);
  return plain ? words : quoted(words);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
