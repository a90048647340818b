/** A tree of text against a form: the value as it stands there, and a complaint with a remedy for whatever does not fit. */
import type { Complaints, Range } from './complaints.ts';
import type { ChoiceForm, Form, ListForm, Member, MembersForm, NumberForm, TextForm, WordForm } from './form.ts';
import { nearestWord } from './near-words.ts';
import type { ListNode, MembersNode, TextNode } from './text-tree.ts';

/** Where the objects and lists of a value stand in the text. The items of a list are those of the value. */
export type Places = WeakMap<object, MembersNode | ListNode>;

/** The value, or undefined with a complaint; what is wrong within it is left out, so that the rest can be looked at. `trail` names it to people. */
export function check(form: Form, node: TextNode, trail: string, complaints: Complaints, places: Places): unknown {
  switch (form.is) {
    case 'word': return checkWord(form, node, trail, complaints);
    case 'text': return checkText(form, node, trail, complaints);
    case 'number': return checkNumber(form, node, trail, complaints);
    case 'flag': return checkFlag(node, trail, complaints);
    case 'list': return checkList(form, node, trail, complaints, places);
    case 'word-or-list':
      if (node.is === 'scalar' && node.value === form.word) return form.word;
      return node.is === 'list' ? checkList(form.list, node, trail, complaints, places) : wrong(node, complaints, `\`${trail}\` must be ${form.word} or a list`, `Write ${form.word}, or a list in brackets.`);
    case 'members': return checkMembers(form, node, trail, complaints, places);
    case 'choice': return checkChoice(form, node, trail, complaints, places);
  }
}

function wrong(range: Range, complaints: Complaints, message: string, remedy: string, code = 'wrong_value'): undefined {
  complaints.error(range, code, message, remedy);
}

function checkWord({ words }: WordForm, node: TextNode, trail: string, complaints: Complaints): string | undefined {
  if (node.is === 'scalar' && typeof node.value === 'string' && words.includes(node.value)) return node.value;
  const given = node.is === 'scalar' && typeof node.value === 'string' ? node.value : null;
  const message = given === null ? `\`${trail}\` must be a word, not ${nameOf(node)}` : `\`${trail}\` cannot be ${quoted(given)}`;
  return wrong(node, complaints, message, `${meant(given, words)}There ${words.length === 1 ? 'is' : 'are'} ${words.join(', ')}.`, 'unknown_word');
}

function checkText({ what, pattern, min, max, taken }: TextForm, node: TextNode, trail: string, complaints: Complaints): string | undefined {
  if (node.is !== 'scalar' || typeof node.value !== 'string') {
    return wrong(node, complaints, `\`${trail}\` must be text, not ${nameOf(node)}`, node.is === 'scalar' && node.value !== null ? `Put it in quotes: '${String(node.value)}'.` : `It must be ${what}.`);
  }
  if (taken?.includes(node.value) === true) return wrong(node, complaints, `${quoted(node.value)} has a meaning already`, 'Take another name.', 'taken_name');
  const characters = [...node.value].length;
  if (characters < min || characters > max) return wrong(node, complaints, `\`${trail}\` is ${characters < min ? 'empty' : `longer than ${max} characters`}`, `It must be ${what}.`);
  return new RegExp(pattern, 'u').test(node.value) ? node.value : wrong(node, complaints, `\`${trail}\` cannot be ${quoted(node.value)}`, `It must be ${what}.`);
}

function checkNumber({ min, max }: NumberForm, node: TextNode, trail: string, complaints: Complaints): number | undefined {
  const remedy = min === max ? `Write ${min}.` : `Write a whole number from ${min} to ${max}.`;
  if (node.is !== 'scalar' || typeof node.value !== 'number') return wrong(node, complaints, `\`${trail}\` must be a number, not ${nameOf(node)}`, remedy);
  return Number.isInteger(node.value) && node.value >= min && node.value <= max ? node.value : wrong(node, complaints, `\`${trail}\` cannot be ${String(node.value)}`, remedy, 'out_of_range');
}

function checkFlag(node: TextNode, trail: string, complaints: Complaints): boolean | undefined {
  if (node.is === 'scalar' && typeof node.value === 'boolean') return node.value;
  return wrong(node, complaints, `\`${trail}\` must be true or false, not ${nameOf(node)}`, 'Write true, or leave it out.');
}

function checkList({ of, min, max }: ListForm, node: TextNode, trail: string, complaints: Complaints, places: Places): unknown {
  if (node.is !== 'list') {
    const remedy = node.is === 'scalar' && node.value !== null ? `Put it in brackets: [${String(node.value).slice(0, 64)}].` : 'Write a list: in brackets, or each in a line of its own that begins with a hyphen.';
    return wrong(node, complaints, `\`${trail}\` must be a list, not ${nameOf(node)}`, remedy);
  }
  if (node.items.length < min) return wrong(node, complaints, `\`${trail}\` is an empty list, which nothing matches`, 'Leave it out, or say what it is about.');
  if (node.items.length > max) wrong(node, complaints, `\`${trail}\` has ${node.items.length} entries, more than ${max}`, 'Say the same with fewer: globs with * take many names at once.', 'too_many');
  const checked = node.items.slice(0, max).map((item) => ({ item, value: check(of, item, trail, complaints, places) })).filter(({ value }) => value !== undefined);
  const list = checked.map(({ value }) => value);
  places.set(list, { ...node, items: checked.map(({ item }) => item) });
  return list;
}

function checkMembers(form: MembersForm, node: TextNode, trail: string, complaints: Complaints, places: Places): object | undefined {
  const { what, members } = form;
  if (node.is !== 'members') return wrong(node, complaints, `\`${trail}\` must have members, not be ${nameOf(node)}`, `Its members are ${Object.keys(members).join(', ')}.`);
  const outer = complaints.about;
  // Rules and recognizers are named by their ids.
  const id = 'id' in members ? node.members.get('id')?.value : undefined;
  if (id?.is === 'scalar' && typeof id.value === 'string') complaints.about = id.value;
  const value: Record<string, unknown> = {};
  for (const [name, given] of node.members) {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    if (member === undefined) complaints.error(given, 'unknown_member', `${quoted(name)} is no member of ${what}`, unknownRemedy(name, Object.keys(members), node));
    else {
      const checked = check(member.form, given.value, name, complaints, places);
      if (checked !== undefined) value[name] = checked;
    }
  }
  for (const [name, { required, examples }] of Object.entries(members) as [string, Member][]) {
    if (required === true && !node.members.has(name)) complaints.error(node, 'missing_member', `${what} has no \`${name}\``, `Add ${name}${examples === undefined ? '' : `, such as ${name}: ${JSON.stringify(examples[0])}`}.`);
  }
  complaints.about = outer;
  places.set(value, node);
  return value;
}

function checkChoice(form: ChoiceForm, node: TextNode, trail: string, complaints: Complaints, places: Places): unknown {
  const { what, words, members } = form;
  const all = [...new Set([...Object.keys(words), ...Object.keys(members)])];
  if (node.is === 'scalar' && typeof node.value === 'string') {
    if (Object.hasOwn(words, node.value)) return node.value;
    const remedy = Object.hasOwn(members, node.value) ? `Write { ${node.value}: … } with what it needs.` : `${meant(node.value, all)}There are ${all.join(', ')}.`;
    return wrong(node, complaints, `there is no ${what} ${quoted(node.value)}`, remedy, `unknown_${what}`);
  }
  if (node.is !== 'members' || node.members.size !== 1) {
    const found = node.is === 'members' ? `must have one member, not ${node.members.size}` : `cannot be ${nameOf(node)}`;
    return wrong(node, complaints, `\`${trail}\` ${found}`, `There are ${all.join(', ')}; one of them.`);
  }
  const [[name, given]] = [...node.members] as [[string, Range & { readonly value: TextNode }]];
  const member = Object.hasOwn(members, name) ? members[name] : undefined;
  if (member === undefined) {
    const remedy = Object.hasOwn(words, name) ? `Write ${what}: ${name}, without anything behind it.` : `${meant(name, all)}There are ${all.join(', ')}.`;
    return wrong(given, complaints, `there is no ${what} ${quoted(name)}`, remedy, `unknown_${what}`);
  }
  const checked = check(member.form, given.value, name, complaints, places);
  if (checked === undefined) return undefined;
  const value = { [name]: checked };
  places.set(value, node);
  return value;
}

function unknownRemedy(name: string, members: readonly string[], node: MembersNode): string {
  const free = members.filter((one) => !node.members.has(one));
  return `${meant(name, free)}Its members are ${members.join(', ')}.`;
}

/** `Did you mean x? `, or nothing. */
export function meant(given: string | null, words: readonly string[]): string {
  const near = given === null ? null : nearestWord(given, words);
  return near === null ? '' : `Did you mean ${near}? `;
}

function nameOf(node: TextNode): string {
  if (node.is !== 'scalar') return node.is === 'list' ? 'a list' : 'members';
  return node.value === null ? 'nothing' : typeof node.value === 'string' ? 'text' : `the ${typeof node.value === 'number' ? 'number' : 'value'} ${String(node.value)}`;
}

export function quoted(text: string): string {
  return `\`${text.length > 64 ? `${text.slice(0, 64)}…` : text}\``;
}
