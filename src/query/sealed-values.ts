/**
 * Filters that are fulfilled by sealed values: equality with a value of a searchable field is looked up by its token (`Tokens`), for readers with `field.search` for that field.
 * For nobody else is a token made or looked for, so that neither what they are answered nor how long it takes depends on any. Tokens stay in parameters of statements:
 * they are in no answer, record or line of a log.
 */
import type { Access } from '#access';
import { tokenField, type TokenPlace, type Tokens } from '#keys';
import type { Reader } from '#model';
import type { AttributeFilter } from './condition.ts';
import type { Sight } from './sight.ts';

/** Tokens of a filter, hexadecimal: whoever has one of them fulfils it. None where there is nothing to find or the reader may not look. */
export type SealedValues = (filter: AttributeFilter) => readonly string[];

export const NONE_SEALED: SealedValues = () => [];
const STATUS_MESSAGE = 'status.message';
/** Where attributes are looked for that are sealed in spans: neither resources nor scopes have anything sealed. */
const PLACES: Readonly<Record<string, readonly TokenPlace[]>> = { any: ['span', 'event'], span: ['span'], event: ['event'] };

/** `sight`: values of attributes that are hidden from the reader are not there for it, sealed or not. */
export function sealedValuesOf(reader: Reader, sight: Sight, { access, tokens }: { readonly access: Pick<Access, 'decide'>; readonly tokens: Pick<Tokens, 'of'> | null }): SealedValues {
  if (tokens === null) return NONE_SEALED;
  const { tenant } = reader;
  return ({ place, key, op, value }) => {
    const isMessage = place === 'field' && key === 'message';
    const places = isMessage ? (['message'] as const) : (PLACES[place] ?? []);
    const field = isMessage ? STATUS_MESSAGE : key;
    if ((op !== '=' && op !== '!=') || places.length === 0 || sight.hides(field) || access.decide(reader, 'field.search', { tenant, field }) !== true) return [];
    return places.map((one) => Buffer.from(tokens.of(tenant, tokenField(one, key), value)).toString('hex'));
  };
}

/** Those tokens in a statement of the table `sealed_tokens`, of the reader's tenant. */
export function tokensWhere(tokens: readonly string[], bind: (value: string, type: string) => string): string {
  return `tenant = {tenant:String} AND token IN (${tokens.map((token) => `toFixedString(unhex(${bind(token, 'String')}), 16)`).join(', ')})`;
}
