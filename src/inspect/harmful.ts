/**
 * Text that attacks its reader: control characters and terminal escapes, bidirectional overrides (CVE-2021-42574), invisible
 * characters that hide words, invalid UTF-8. It is kept, made visible, so that it harms no terminal, log or page: a control
 * character becomes its picture (`␛`), the others their code point (`<U+202E>`), invalid bytes U+FFFD. Tab and line breaks stay.
 */

// C0 without tab, line feed and carriage return; DEL; C1; what has no width (Unicode Default_Ignorable_Code_Point) and bidirectional
// controls; line separators; interlinear anchors; tags and variation selectors of plane 14; byte order mark. U+200D (joiner) and
// U+FE00–U+FE0F (variation selectors) stay: emoji are made with them.
const HARMFUL =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\udb40[\udc00-\udfff]/g;
const TEST = new RegExp(HARMFUL.source);

export function isHarmful(text: string): boolean {
  return TEST.test(text);
}

/** The text made harmless, and how many characters it took. */
export function neutralize(text: string): { readonly text: string; readonly count: number } {
  let count = 0;
  const harmless = text.replace(HARMFUL, (character) => {
    count++;
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
  return { text: harmless, count };
}
