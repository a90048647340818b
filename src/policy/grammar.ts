/** The grammar of policies: each member with its form, its meaning for people, and examples. docs/reference/policy.md says the same at length. */
import { LIMITS } from '#limits';
import { ROLES } from '#model';
import { KINDS, TAKEN_KINDS } from '#scanner/recognizer';
import { CHECKSUMS, WITHIN_DEFAULT } from '#scanner/own';
import { APPROVALS, PLACES, SPAN_KINDS, TEMPLATES, TIME_UNITS, VALUE_TYPES } from './document.ts';
import { ofParts, type ChoiceForm, type Form, type ListForm, type MembersForm, type TextForm } from './form.ts';
import { GROUP_NAME, NAMED_GROUPS } from './groups.ts';

/** Nothing that cannot be seen: control characters, halves of characters, what turns the direction of writing, and what has no width, with which a name would look like another. */
const VISIBLE = '^[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u034f\\u115f\\u1160\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]*$';
/** In sentences joiners have their place: scripts and pictures need them. */
const VISIBLE_LINES = '^(?:[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]|[\\t\\n])*$';

const name: TextForm = { is: 'text', what: 'a name of lower-case letters, digits and hyphens, at most 64 characters', pattern: '^[a-z0-9][a-z0-9-]*$', min: 1, max: LIMITS.policy_id_characters_max };
const reason: TextForm = { is: 'text', what: `text of at most ${LIMITS.policy_reason_characters_max} characters that can be seen`, pattern: VISIBLE_LINES, min: 1, max: LIMITS.policy_reason_characters_max };
const glob: TextForm = { is: 'text', what: `a name of at most ${LIMITS.policy_glob_characters_max} characters that can be seen, in which * stands for any`, pattern: VISIBLE, min: 1, max: LIMITS.policy_glob_characters_max };
const sample: TextForm = { is: 'text', what: `text of at most ${LIMITS.policy_example_characters_max} characters`, pattern: VISIBLE_LINES, min: 1, max: LIMITS.policy_example_characters_max };

function listOf(of: Form, max: number = LIMITS.policy_list_max, min = 1): ListForm {
  return { is: 'list', of, min, max };
}

/** 1h to 8784h, 1d to 366d. */
const PERIOD = '^(?:(?:[1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])d|(?:[1-9][0-9]{0,2}|[1-7][0-9]{3}|8[0-6][0-9]{2}|87[0-7][0-9]|878[0-4])h)$';

const pseudonymize: MembersForm = {
  is: 'members', what: 'pseudonymize',
  members: {
    purpose: { form: name, required: true, description: 'What the pseudonyms are for. Pseudonyms of two purposes cannot be matched with each other.', examples: ['support'] },
    every: {
      form: { is: 'text', what: 'a number of hours or days, 1h to 366d', pattern: PERIOD, min: 2, max: 5 },
      description: 'The period within which equal values have equal pseudonyms, in hours (h) or days (d). Absent: they never change.', examples: ['30d', '12h'],
    },
  },
};

const generalize: ChoiceForm = {
  is: 'choice', what: 'generalize', words: {},
  members: {
    network: {
      ofParts: true, description: 'Addresses become their network.',
      form: {
        is: 'members', what: 'network',
        members: {
          v4: { form: { is: 'number', min: 8, max: 32 }, required: true, description: 'Bits of an IPv4 address that stay.', examples: [24] },
          v6: { form: { is: 'number', min: 16, max: 128 }, required: true, description: 'Bits of an IPv6 address that stay.', examples: [48] },
        },
      },
    },
    time: { ofParts: false, form: { is: 'word', words: TIME_UNITS }, description: 'Instants become the beginning of their minute, hour, day, month or year.' },
    number: { ofParts: false, form: { is: 'number', min: 1, max: LIMITS.policy_bucket_max }, description: 'Numbers become the lower end of their bucket, which is so wide.' },
  },
};

const SEALING: MembersForm = {
  is: 'members', what: 'seal',
  members: {
    searchable: { form: { is: 'flag' }, default: false, description: 'Spans with an equal value are found by those who may search sealed values, through keyed tokens.' },
    approval: { form: { is: 'word', words: APPROVALS }, description: '`second-person`: it is opened only where somebody else who may open it has approved. Absent: whoever may opens it.' },
    subject: { form: { is: 'flag' }, default: false, description: 'It names the person that it and all other sealed values of the span belong to, and who can be forgotten. The first one of a span counts.' },
  },
};

export const ACTION: ChoiceForm = {
  is: 'choice', what: 'action',
  words: {
    keep: { ofParts: true, description: 'It stays. A whole value that is kept keeps no secret: what is recognized in it is judged by the rules with `recognized`.' },
    replace: { ofParts: true, description: '`[kind]` stands in its place; `[field]` in that of a whole value; ? in that of a literal of a statement.' },
    drop: { ofParts: true, description: 'The whole attribute goes; a text that is no attribute becomes empty.' },
    seal: { ofParts: false, description: '`[sealed]` stands in its place, and the value is kept closed, under a key of its own for each person and hour: whoever may opens it, with a reason, on record. Credentials and card numbers in it are replaced before.' },
    restrict: { ofParts: false, description: 'It is stored as the other rules leave it, stands in the log as a salted digest, and is shown to the `roles` of the rule alone. Such a rule has `keys` and `roles`, and decides about nothing else.' },
    'drop-span': { ofParts: true, description: 'The whole span is refused, and counted as refused.' },
  },
  members: {
    replace: { ofParts: true, description: 'A name of your own stands in its place, in brackets.', form: { is: 'members', what: 'replace', members: { with: { form: name, required: true, description: 'The name.', examples: ['customer'] } } } },
    seal: { ofParts: false, description: 'The same, with what is special about it.', form: SEALING },
    mask: {
      ofParts: true, description: '`***` and the last characters, never more than a third of them.',
      form: { is: 'members', what: 'mask', members: { last: { form: { is: 'number', min: 1, max: LIMITS.policy_mask_characters_max }, required: true, description: 'So many characters stay.', examples: [4] } } },
    },
    pseudonymize: { ofParts: true, description: 'A keyed pseudonym: equal values of a tenant have equal ones for one purpose within one period.', form: pseudonymize },
    generalize: { ofParts: true, description: 'Addresses become networks; instants and numbers, as whole values, coarser.', form: generalize },
    template: { ofParts: false, form: { is: 'word', words: TEMPLATES }, description: 'The shape of a URL, of a statement or of a command line stays, what is special in it goes.' },
    truncate: { ofParts: false, form: { is: 'number', min: 1, max: LIMITS.policy_truncate_characters_max }, description: 'So many characters stay.' },
  },
};

const scope: MembersForm = {
  is: 'members', what: 'for',
  members: {
    tenants: { form: listOf(glob), description: 'Tenants, with *.', examples: [['default']] },
    services: { form: listOf(glob), description: 'Services, with *.', examples: [['payments-*']] },
    environments: { form: listOf({ ...glob, min: 0 }), description: "`deployment.environment.name` of the resource, with *; '' where there is none.", examples: [['production']] },
    spans: { form: listOf({ is: 'word', words: SPAN_KINDS }), description: 'Kinds of span. Attributes of resources and scopes belong to spans of several kinds: a rule with this does not apply to them.' },
    places: { form: listOf({ is: 'word', words: PLACES }), description: 'Where in the record: attributes of resource, scope, span, event, link, or a text that is no attribute.' },
  },
};

/** What can be done to recognized parts of values. */
export const ACTION_OF_PARTS: ChoiceForm = ofParts(ACTION);

const rule: MembersForm = {
  is: 'members', what: 'rule', narrowed: { by: 'recognized', member: 'action', form: ACTION_OF_PARTS },
  members: {
    id: { form: name, required: true, description: 'What traces, dry runs and people call the rule. Unique.', examples: ['people-as-pseudonyms'] },
    reason: { form: reason, description: 'Why there is this rule, for people.' },
    for: { form: scope, description: 'Whose spans; all that is there must match. Absent: all.' },
    keys: { form: listOf(glob), description: 'Attribute keys, with *. With `groups`: either.', examples: [['user.id', '*.password']] },
    groups: {
      form: listOf({ is: 'text', what: 'a namespace of the semantic conventions, such as user or db (globs stand under `keys`)', pattern: GROUP_NAME.source, min: 1, max: LIMITS.policy_id_characters_max, known: NAMED_GROUPS }),
      description: 'Namespaces of the semantic conventions, earlier names of their attributes included.', examples: [['user', 'client']],
    },
    types: { form: listOf({ is: 'word', words: VALUE_TYPES }), description: 'Types of the value.' },
    recognized: {
      form: { is: 'word-or-list', word: 'any', list: listOf({ ...name, what: 'a kind that is recognized', known: KINDS }) },
      description: 'There: the rule is about the parts of values in which one of these kinds was recognized. Absent: it is about whole values, whatever they hold.',
      examples: ['any', ['card', 'iban']],
    },
    roles: { form: listOf({ is: 'word', words: ROLES }), description: 'With `restrict`: who is shown the value. Where several rules name a key, it is for the roles that all of them name.', examples: [['investigator']] },
    action: { form: ACTION, required: true, description: 'What becomes of it.' },
  },
};

const recognizer: MembersForm = {
  is: 'members', what: 'recognizer',
  members: {
    id: { form: { ...name, pattern: '^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$', taken: [...KINDS, ...TAKEN_KINDS] }, required: true, description: 'Also the kind of what it finds, which rules name under `recognized`. Unique.', examples: ['employee-number'] },
    reason: { form: reason, description: 'Why there is this recognizer, for people.' },
    pattern: {
      form: { is: 'text', what: `a pattern of at most ${LIMITS.policy_pattern_characters_max} characters`, pattern: VISIBLE, min: 1, max: LIMITS.policy_pattern_characters_max }, required: true,
      description: 'A regular expression of the safe subset: literals, classes, groups, alternatives, bounded repetition.', examples: ['E-[0-9]{6}'],
    },
    context: { form: listOf({ ...sample, what: 'a word, with a letter or digit, of at most 64 characters', pattern: `^(?=.*[\\p{L}\\p{N}])${VISIBLE.slice(1)}`, max: LIMITS.policy_id_characters_max }, LIMITS.policy_context_words_max), description: 'Words of which one must stand in the attribute key or near what was found.', examples: [['employee', 'staff']] },
    within: { form: { is: 'number', min: 1, max: LIMITS.policy_context_characters_max }, default: WITHIN_DEFAULT, description: 'How many characters away a word of the context may stand.' },
    checksum: { form: { is: 'word', words: CHECKSUMS }, description: 'A checksum that what was found must pass.' },
    examples: { form: listOf(sample, LIMITS.policy_examples_max), description: 'Values that it must find.' },
    'counter-examples': { form: listOf(sample, LIMITS.policy_examples_max), description: 'Values that it must not find.' },
  },
};

export const POLICY: MembersForm = {
  is: 'members', what: 'policy',
  members: {
    version: { form: { is: 'number', min: 2, max: 2 }, required: true, description: 'Of the language.', examples: [2] },
    attributes: { form: { is: 'word', words: ['keep', 'drop'] }, default: 'keep', description: '`drop` makes the rules an allow-list: attributes that no rule about whole values names are dropped. `service.name` of the resource always stays.' },
    recognizers: { form: listOf(recognizer, LIMITS.policy_recognizers_max, 0), description: 'Recognizers of your own.' },
    rules: { form: listOf(rule, LIMITS.policy_rules_max, 0), required: true, description: 'The first one that applies decides.' },
    restricted: { form: listOf(glob, LIMITS.policy_restricted_max, 0), description: 'Attribute keys, with *, whose values stand in the log as salted digests; `status.message` is the status message. Absent: those of the default policy.', examples: [['user.*']] },
  },
};
