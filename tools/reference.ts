// Prints the generated pages of docs/ from the code and records that they describe. `node tools/tidy.ts` finds a page
// that is not what this prints, `node tools/tidy.ts --write` renews it.
//
//   node tools/reference.ts refusals|limits|recognizers|decisions

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, type Comment } from 'oxc-parser';
import { GRPC, REFUSALS } from '#refusal';
import { LIMITS } from '#limits';
import { KINDS } from '#scanner/recognizer';
import { SERVICES } from '#scanner/known-tokens';
import { minimizedWords } from '#words';

const root = join(import.meta.dirname, '..');

const pages: Readonly<Record<string, () => string>> = { refusals, limits, recognizers, decisions };

/** Every way to say no, from `src/refusal.ts`. */
export function refusals(): string {
  const rows = Object.entries(REFUSALS).map(([code, row]) => {
    const grpc = Object.entries(GRPC).find(([, status]) => status === row.grpc)?.[0] ?? 'partial success';
    return `| \`${code}\` | ${row.http} | ${grpc} | ${row.retry ? 'yes' : 'no'} | ${cell(row.says)} | ${cell(row.advice)} |`;
  });
  return page('Refusals', [
    'Every way in which Tracekeep says no. The code stands at the beginning of the message that exporters log. `span_…`',
    'codes refuse single spans: the request succeeds, and its partial success says how many were refused and why.',
    '',
    '| code | HTTP | gRPC | retried | what happened | what to do |',
    '|---|---|---|---|---|---|',
    ...rows,
  ]);
}

/** Every limit with the reason that stands at it: a chapter for each file of `src/limits/`, headed by its first sentence, in the order in which they are put together. */
export function limits(): string {
  const folder = join(root, 'src/limits');
  const door = readFileSync(join(folder, 'limits.ts'), 'utf8');
  const files = new Map([...door.matchAll(/^import \{ (\w+) \} from '\.\/([a-z-]+\.ts)';$/gmu)].map(([, group = '', file = '']) => [group, file]));
  const chapters = [...door.matchAll(/^ {2}\.\.\.(\w+),$/gmu)].flatMap(([, group = '']) => limitsOf(readFileSync(join(folder, files.get(group) ?? ''), 'utf8')));
  return page('Limits', ['Every limit of the server, from `src/limits/`. The unit stands in the name.', ...chapters]);
}

/** The lines about one file of limits: a table, or one under each of its headings. */
function limitsOf(text: string): string[] {
  const { comments } = parseSync('limits.ts', text);
  const [, title = '', opening = ''] = /^\/\*\* ([^.]+)\. (.+) \*\/$/mu.exec(text) ?? [];
  const lines = ['', `## ${title}`, '', opening];
  const table = ['', '| limit | value | reason |', '|---|---|---|'];
  for (const { 0: line, 1: heading, 2: name, index } of text.matchAll(/^export const .+$|^ {2}\/\/ --- (.+?) -+$|^ {2}(\w+): .+,$/gmu)) {
    if (name === undefined) {
      if (heading === undefined && /\n {2}\/\/ ---/u.test(text)) continue;
      lines.push(...(heading === undefined ? [] : ['', `### ${heading.slice(0, 1).toUpperCase()}${heading.slice(1)}`]), ...table);
      continue;
    }
    const value = LIMITS[name as keyof typeof LIMITS];
    const above = comments.findLast((comment) => comment.end < index);
    const reason = above !== undefined && isReason(text.slice(above.end, index), above) ? above.value : '';
    if (value === undefined) throw new Error(`cannot print the limit ${name}: it is not among LIMITS (${line})`);
    lines.push(`| \`${name}\` | ${value.toLocaleString('en-GB')} | ${cell(reason.replace(/^[*\s]+|\s+$/gu, '').replace(/\s*\n\s*\*?\s*/gu, ' '))} |`);
  }
  return lines;
}

/** Kinds, services and countries, from the tables and files of `src/scanner/`. */
export function recognizers(): string {
  const folder = join(root, 'src/scanner/recognizers');
  const said = (file: string): string => (/^\/\*\*\n((?: \*.*\n)+?) \*\//u.exec(readFileSync(file, 'utf8'))?.[1] ?? '').replaceAll(/^ \* ?/gmu, '').replaceAll('\n', ' ').trim();
  const listed = readFileSync(join(root, 'src/scanner/recognizer.ts'), 'utf8');
  const kinds = KINDS.map((kind) => `| \`${kind}\` | ${minimizedWords(kind, 2, '').trim()} | ${cell(new RegExp(`^ {2}'${kind}', // (.+)$`, 'mu').exec(listed)?.[1] ?? '')} |`);
  const countries = [...readFileSync(join(folder, 'national-ids.ts'), 'utf8').matchAll(/^import \{ \w+ \} from '\.\/([a-z]{2}-[a-z-]+)\.ts';$/gmu)].map(([, name = '']) => `| \`${name}\` | ${cell(said(join(folder, `${name}.ts`)))} |`);
  return page('Recognizers', [
    'What is recognized without any configuration, and what policies name under `recognized`. How well is what `npm run bench -- recognize` measures.',
    '',
    '| kind | in words | what |',
    '|---|---|---|',
    ...kinds,
    '',
    `Credentials of ${SERVICES.size} services and formats are known by how they begin and go on; those of any other by the names beside them (\`password=\`, \`"apiKey": …\`, \`Authorization: …\`) or because a value beside a telling word looks random:`,
    '',
    `${[...SERVICES].sort().join(', ')}.`,
    '',
    'Names, postal addresses and dates of birth have no form; they are believed where the attribute key, or the name beside them in JSON, a form or a query, can mean nothing else (`src/scanner/particulars.ts`).',
    '',
    `National ids of ${countries.length} kinds. Written with separators or letters that nothing else has, a number stands on its own; bare digits need a word nearby that names it, or a key of personal data. Others, such as passports and driving licences, are believed directly behind their name.`,
    '',
    '| number | what |',
    '|---|---|',
    ...countries,
  ]);
}

/** The list of decision records, from their headings. */
export function decisions(): string {
  const folder = join(root, 'docs/decisions');
  const names = readdirSync(folder).filter((name) => /^\d{3}-.*\.md$/u.test(name)).sort();
  const lines = names.map((name) => {
    const title = /^# (?:\d+\. )?(.+)$/mu.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? name;
    return `- [${name.slice(0, 3)}](${name}) ${title}`;
  });
  return page('Decisions', [
    'What was decided, why, and what follows from it. A record is short, has the sections Context, Decision and',
    'Consequences, and is not rewritten: a later record replaces it and says so. Packages that the server needs at run',
    'time have one each: why it, how large, who keeps it, how we would leave it.',
    '',
    ...lines,
  ]);
}

/** A limit's reason is the comment right above it; a heading of a section is not. */
function isReason(between: string, comment: Comment): boolean {
  return between.trim() === '' && comment.type === 'Block';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function page(title: string, lines: readonly string[]): string {
  return [`<!-- generated by: node tools/reference.ts ${title.toLowerCase()} -->`, '', `# ${title}`, '', ...lines, ''].join('\n');
}

if (import.meta.main) {
  const make = pages[process.argv[2] ?? ''];
  if (make === undefined) throw new Error(`cannot print this page: say one of ${Object.keys(pages).join(', ')}`);
  process.stdout.write(make());
}
