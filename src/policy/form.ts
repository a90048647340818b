/**
 * Forms: what the parts of a policy may look like, as data. The checker (`check-form.ts`) and the JSON Schema (`schema.ts`) are both made from
 * them, so that an editor accepts what the server accepts.
 */

export type Form = WordForm | TextForm | NumberForm | FlagForm | ListForm | WordOrListForm | MembersForm | ChoiceForm;

/** One of some words. */
export interface WordForm {
  readonly is: 'word';
  readonly words: readonly string[];
}

export interface TextForm {
  readonly is: 'text';
  /** Says it to people, after "must be". */
  readonly what: string;
  /** The source of a regular expression with the flag `u`, which runs in linear time. */
  readonly pattern: string;
  readonly min: number;
  readonly max: number;
  /** Words that have a meaning already. */
  readonly taken?: readonly string[];
  /** What it is likely to be; others are possible. For completion. */
  readonly known?: readonly string[];
}

/** Whole numbers. */
export interface NumberForm {
  readonly is: 'number';
  readonly min: number;
  readonly max: number;
}

/** true or false. */
export interface FlagForm {
  readonly is: 'flag';
}

export interface ListForm {
  readonly is: 'list';
  readonly of: Form;
  readonly min: number;
  readonly max: number;
}

export interface WordOrListForm {
  readonly is: 'word-or-list';
  readonly word: string;
  readonly list: ListForm;
}

export interface MembersForm {
  readonly is: 'members';
  /** What people call it: `rule`, `policy`. */
  readonly what: string;
  readonly members: Readonly<Record<string, Member>>;
  /** Where one member is there, another can only have this form. */
  readonly narrowed?: { readonly by: string; readonly member: string; readonly form: Form };
}

/** One of some words, or one of some members. */
export interface ChoiceForm {
  readonly is: 'choice';
  readonly what: string;
  readonly words: Readonly<Record<string, Choice>>;
  readonly members: Readonly<Record<string, Choice & { readonly form: Form }>>;
}

export interface Choice {
  readonly description: string;
  /** Whether recognized parts of values can be acted upon like this, or whole values alone. */
  readonly ofParts: boolean;
}

export interface Member {
  readonly form: Form;
  readonly description: string;
  readonly required?: true;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** The same choice for recognized parts alone. */
export function ofParts(form: ChoiceForm): ChoiceForm {
  const kept = <Entry extends Choice>(entries: Readonly<Record<string, Entry>>): Record<string, Entry> => Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry.ofParts));
  const members = Object.entries(kept(form.members)).map(([name, member]) => [name, member.form.is === 'choice' ? { ...member, form: ofParts(member.form) } : member] as const);
  return { ...form, words: kept(form.words), members: Object.fromEntries(members) };
}
