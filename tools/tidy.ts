// The shape of the code, checked as a test is: `node tools/tidy.ts` prints each finding as `file:line rule sentence`
// and ends with 1 if there is one. `--write` first brings generated pages up to date and completes the lock file. docs/STYLE.md says why.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkConsole } from './tidy-console.ts';
import { checkImports } from './tidy-imports.ts';
import { checkLayout } from './tidy-layout.ts';
import { checkLock, completeLock } from './tidy-lock.ts';
import { checkMarkdown, generate } from './tidy-markdown.ts';
import { readModules } from './tidy-modules.ts';
import { checkPackages } from './tidy-packages.ts';
import { checkSource } from './tidy-source.ts';
import { readTree, type Finding, type Tree } from './tidy-tree.ts';

/** All findings about the repository at a folder, in the order of its files. */
export function tidy(root: string): Finding[] {
  const tree = readTree(root);
  const { modules, unparsed } = readModules(tree);
  const inConsole = readModules(tree, ['console']);
  const findings: Finding[] = [
    ...[...unparsed, ...inConsole.unparsed].map(({ path, line, message }) => ({ file: path, line, rule: 'syntax', sentence: message })),
    ...checkLayout(tree),
    ...checkImports(tree, modules),
    ...checkConsole(tree, inConsole.modules, modules),
    ...[...modules, ...inConsole.modules].flatMap(checkSource),
    ...checkPackages(tree, modules),
    ...checkLock(tree),
    ...checkMarkdown(tree),
  ];
  return findings.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

/** Brings every generated page up to date and completes the lock file. */
export function write(root: string): void {
  const tree: Tree = readTree(root);
  const lock = 'package-lock.json';
  if (tree.has(lock) && completeLock(tree.text(lock)) !== tree.text(lock)) writeFileSync(join(root, lock), completeLock(tree.text(lock)));
  for (const path of tree.files.filter((one) => one.endsWith('.md'))) {
    const fresh = generate(tree, path);
    if (fresh !== undefined) writeFileSync(join(root, path), fresh);
  }
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  if (process.argv.includes('--write')) write(root);
  const findings = tidy(root);
  for (const { file, line, rule, sentence } of findings) console.log(`${file}:${line} ${rule} ${sentence}`);
  if (findings.length > 0) process.exitCode = 1;
}
