/** The shapes of what `/api/v1/access` answers, for the OpenAPI document. */
import { array, count, object, text } from '#query/answers';

const SAID = { version: { ...count, description: '0: the tenant has none.' }, policies: count, since: { type: ['integer', 'null'], description: 'Milliseconds since 1970.' }, by: text('A name, or: command line.'), note: text(), digest: text('SHA-256 of the text.') };
const POLICY = object({ id: text('As in the file; own/… of the tenant’s.'), text: text('Cedar.') });
const PROBLEM = object({ severity: text('error or warning.'), code: text(), message: text(), remedy: text('What to do.'), line: count, column: count, endLine: count, endColumn: count });

export const IN_FORCE = object({ ...SAID, text: text('As it was written, comments included.'), roles: { ...array(object({ name: text(), text: text('Cedar, with the reason for each policy.') })), description: 'The default roles.' }, actions: array(text()) });
export const VERSION = object({ ...SAID, text: text() });
export const VERSIONS = object({ versions: array(object(SAID)) });
export const CHECKED = object({ problems: array(PROBLEM), policies: count });
export const APPLIED = object({ version: count, policies: count, unchanged: { type: 'boolean', description: 'It is the text in force.' }, problems: { ...array(PROBLEM), description: 'Warnings.' } });
export const INVALID = { description: 'It cannot be applied.', ...object({ error: object({ code: text(), message: text(), advice: text(), requestId: text() }), problems: array(PROBLEM) }) };
export const EXPLAINED = object({
  allowed: { type: 'boolean' }, why: text('A sentence.'), policies: { ...array(POLICY), description: 'Those that permit, or those that forbid.' }, roles: { ...array(text()), description: 'Of a denial: each of these, given in addition, would allow it.' },
  partly: { type: 'boolean', description: 'Of all spans of the tenant: allowed of some services or environments only.' }, who: object({ name: text(), roles: array(text()), groups: array(text()) }),
});
