/**
 * The JSON Schema of policies (draft 2020-12), for editors: made from the grammar that the checker goes by. What only the whole text can
 * tell, the checker alone sees: names that are there twice, kinds of recognizers that are not there, patterns that cannot be run safely.
 */
import type { ChoiceForm, Form, MembersForm, TextForm } from './form.ts';
import { POLICY } from './grammar.ts';

export interface Schema {
  readonly [keyword: string]: unknown;
}

export function policySchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:tracekeep:policy:2',
    title: 'Minimization policy of Tracekeep',
    description: 'What becomes of values before they are stored.',
    ...schemaOf(POLICY),
  };
}

function schemaOf(form: Form): Schema {
  switch (form.is) {
    case 'word': return { enum: form.words };
    case 'text': return textSchema(form);
    case 'number': return form.min === form.max ? { const: form.min } : { type: 'integer', minimum: form.min, maximum: form.max };
    case 'flag': return { type: 'boolean' };
    case 'list': return { type: 'array', items: schemaOf(form.of), minItems: form.min, maxItems: form.max };
    case 'word-or-list': return { anyOf: [{ const: form.word }, schemaOf(form.list)] };
    case 'members': return membersSchema(form);
    case 'choice': return choiceSchema(form);
  }
}

function textSchema({ pattern, min, max, taken, known }: TextForm): Schema {
  const text = { type: 'string', minLength: min, maxLength: max, pattern, ...(taken !== undefined && { not: { enum: taken } }) };
  return known === undefined ? text : { anyOf: [{ enum: known }, text] };
}

function membersSchema({ members, narrowed }: MembersForm): Schema {
  const properties = Object.entries(members).map(([name, { form, description, default: standard, examples }]) => {
    return [name, { description, ...(standard !== undefined && { default: standard }), ...(examples !== undefined && { examples }), ...schemaOf(form) }] as const;
  });
  return {
    type: 'object', properties: Object.fromEntries(properties), required: Object.keys(members).filter((name) => members[name]?.required), additionalProperties: false,
    ...(narrowed !== undefined && { if: { required: [narrowed.by] }, then: { properties: { [narrowed.member]: schemaOf(narrowed.form) } } }),
  };
}

function choiceSchema({ words, members }: ChoiceForm): Schema {
  return {
    anyOf: [
      ...Object.entries(words).map(([word, { description }]) => ({ const: word, description })),
      ...Object.entries(members).map(([name, { form, description }]) => ({ type: 'object', description, properties: { [name]: { description, ...schemaOf(form) } }, required: [name], additionalProperties: false })),
    ],
  };
}
