/**
 * Secrets that are written in pieces within one text: `"ghp_…" + "…"` as programs have it, tokens folded over lines as mail and
 * consoles do. By itself the shorter piece looks like nothing.
 */
import type { Layer } from './layers.ts';
import { looksRandom } from './values.ts';

const JOINT = /(?<=[\w/+=.~-])(\\?["'`])[ \t\r\n]{0,40}\+[ \t\r\n]{0,40}\\?["'`](?=[\w/+=.~-])/g;
/** Only between two runs of characters of tokens, the second of which ends with the line or in a quote: words and assignments are not joined. */
const FOLD = /(?<=[\w+/=.~-]{20})\r?\n[ \t]{0,8}(?=([\w+/.~-]{1,4096})={0,2}(?:[\s"'`\\<,;]|$))/g;
const BEFORE = 32;

/** The text without what parts such pieces. Undefined if there is nothing of that. */
export function rejoined(text: string): Layer | undefined {
  const hasFold = text.includes('\n');
  const joints = text.includes('+') ? [...text.matchAll(JOINT)] : [];
  const folds = hasFold ? [...text.matchAll(FOLD)].filter(({ index, 1: next }) => isOfToken(text.slice(Math.max(0, index - BEFORE), index), next as string)) : [];
  if (joints.length + folds.length === 0) return undefined;
  const at = new Uint32Array(text.length + 1);
  let written = '';
  let copied = 0;
  const copy = (end: number): void => {
    for (let i = copied; i < end; i++) at[written.length + i - copied] = i;
    written += text.slice(copied, end);
  };
  for (const { 0: gap, index } of [...joints, ...folds].sort((a, b) => a.index - b.index)) {
    if (index < copied) continue;
    copy(index);
    copied = index + gap.length;
  }
  copy(text.length);
  at[written.length] = text.length;
  return { text: written, at: at.subarray(0, written.length + 1) };
}

function isOfToken(before: string, next: string): boolean {
  return looksRandom(before.slice(before.search(/[\w+/=.~-]{20,}$/)), 12) && /[A-Z\d]/.test(next) && (next.length < 8 || looksRandom(next, 8));
}
