/** What an action makes of a whole value, from its text. Null = the action does not understand it, which replaces it as a whole. */
import { TYPE } from '#batch';
import { type Action, WHOLE_VALUE } from '#policy';
import { type Kind, KINDS, type Mark } from '#scanner/recognizer';
import { bucketOf } from './bucket.ts';
import { masked, truncated } from './characters.ts';
import { argumentTemplate, commandTemplate, programTemplate } from './command-template.ts';
import { instantTo } from './instant.ts';
import { networksOf } from './network.ts';
import { statementTemplate } from './statement-template.ts';
import { urlTemplate } from './url-template.ts';

export interface Transformed {
  readonly text: string;
  /** Numbers that are still numbers keep their type; anything else has become a text. */
  readonly type: number;
}

/** What stands instead of values by the names that are built in: it can hold nothing of them. */
const REPLACED: ReadonlySet<string> = new Set([WHOLE_VALUE, ...KINDS].map((kind) => `[${kind}]`));

/** Actions that leave a part of the value and know nothing about what was recognized in it: it is acted upon before. */
export function actsOnResult(action: Action): boolean {
  return typeof action === 'object' && ('generalize' in action || 'template' in action || 'truncate' in action);
}

/**
 * Whether an action is about just what was recognized in a value: addresses made networks, coordinates made coarser, dates of birth made years. Then there is
 * nothing to be judged first, or it would be gone before the action that was written for it. An address is known by its form alone.
 */
export function isAbout(action: Action, marks: readonly Mark[]): boolean {
  if (typeof action !== 'object' || !('generalize' in action)) return false;
  const { generalize } = action;
  if ('network' in generalize) return true;
  const about: Kind | null = 'number' in generalize ? 'coordinates' : generalize.time === 'month' || generalize.time === 'year' ? 'birth-date' : null;
  return marks.length > 0 && marks.every(({ kind, parts = [] }) => kind === about && parts.every((part) => part.kind === about));
}

/** `text` as the value would be stored; numbers and booleans as text. `at`: its place in an array of them, where it is one. */
export function transformed(action: Action, text: string, type: number, at?: number): Transformed | null {
  if (typeof action === 'string') return null;
  if ('truncate' in action) {
    const left = truncated(text, action.truncate);
    return { text: left, type: left === text ? type : TYPE.string };
  }
  if ('mask' in action) return { text: masked(text, action.mask.last), type: TYPE.string };
  // Nothing, and what stands for something, are as general as it gets.
  if (text === '' || REPLACED.has(text)) return { text, type };
  if ('template' in action) return type === TYPE.string ? textOrNull(templateOf(action.template, text, at)) : null;
  if (!('generalize' in action) || type === TYPE.bool) return null;
  const { generalize } = action;
  if ('network' in generalize) return type === TYPE.string ? textOrNull(networksOf(text, generalize.network)) : null;
  const general = 'time' in generalize ? instantTo(generalize.time, text) : bucketOf(generalize.number, text);
  return general === null || (type === TYPE.int && !isInt64(general)) ? null : { text: general, type };
}

function templateOf(template: 'url' | 'sql' | 'command', text: string, at: number | undefined): string | null {
  if (template === 'url') return urlTemplate(text);
  if (template === 'sql') return statementTemplate(text);
  // An array is a list of words already.
  return at === undefined ? commandTemplate(text) : at === 0 ? programTemplate(text) : argumentTemplate(text);
}

function textOrNull(text: string | null): Transformed | null {
  return text === null ? null : { text, type: TYPE.string };
}

function isInt64(text: string): boolean {
  if (!/^-?\d{1,19}$/.test(text)) return false;
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value);
}
