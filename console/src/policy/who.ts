/** Who did something, in words: a name, or what is no person. */

const WORDS: Readonly<Record<string, string>> = { server: 'the server itself', 'command line': 'the command line', link: 'the first link' };

export function whoText(by: string): string {
  return WORDS[by] ?? by;
}
