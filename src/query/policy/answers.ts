/** The shapes of what `/api/v1/policy` answers, for the OpenAPI document. */
import { array, count, object, text } from '#query/answers';

const time = { ...count, description: 'Milliseconds since 1970.' };
const nullable = (type: string, description: string): object => ({ type: [type, 'null'], description });
const flag = (description: string): object => ({ type: 'boolean', description });

const WEAKENING = object({ rule: text('Of the policy that is weaker, or the one that is gone.'), sentence: text(), kinds: array(text()), keys: array(text()), from: text('What became of it before.'), to: text('What becomes of it then.') });
const WEAKENINGS = array(WEAKENING);
const PROBLEM = object({ severity: text('error, warning or hint.'), code: text(), message: text(), remedy: text('What to do.'), line: count, column: count, endLine: count, endColumn: count });

const SAID = {
  version: count, digest: text('SHA-256 of its canonical JSON, as blocks name it.'), rules: count, weakenings: { ...WEAKENINGS, description: 'Against the version before, the first of them.' }, weakeningsCount: count, since: time,
  by: text('A name, or: command line, server.'), approvedBy: nullable('string', 'Who approved it, where somebody had to.'), note: text(), approvalNote: text(),
};
const UNTIL = { until: nullable('integer', 'When the next one came in force.') };

export const PROPOSAL = object({ id: text(), digest: text(), base: text('Digest of the policy it would take the place of.'), text: text(), by: text(), isOwn: flag('Of whoever asks, who cannot approve it.'), at: time, note: text(), weakenings: { ...WEAKENINGS, description: 'The first of them.' }, weakeningsCount: count });
export const IN_FORCE = object({
  ...SAID, text: text('As it was written, comments included.'), approval: { type: 'string', enum: ['never', 'weakening', 'always'], description: 'When a second person has to approve.' },
  proposal: { ...PROPOSAL, type: ['object', 'null'], description: 'The open one.' },
});
export const VERSION = object({ ...SAID, ...UNTIL, text: text() });
export const VERSIONS = object({ versions: array(object({ ...SAID, ...UNTIL })) });
export const CHECKED = object({ problems: array(PROBLEM), weakenings: WEAKENINGS, digest: nullable('string', 'null if there is an error.') });
export const APPLIED = {
  oneOf: [
    object({
      applied: { type: 'boolean', const: true }, version: count, boundary: nullable('integer', 'The first block that is made under it; null where its rules are those that were in force.'),
      pending: flag('It is kept and will be acted by as soon as the log knows it.'), unchanged: flag('It is the text in force.'), weakenings: WEAKENINGS,
    }),
    object({ applied: { type: 'boolean', const: false }, proposal: PROPOSAL }),
  ],
};
export const INVALID = { description: 'It is no policy.', ...object({ error: object({ code: text(), message: text(), advice: text(), requestId: text() }), problems: array(PROBLEM) }) };
