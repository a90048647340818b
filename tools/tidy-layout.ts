// Where files lie, what they are called and how large they are: no catch-all names, no folder of code without a test, nothing that a program wrote.

import { codeFolders, folderOf, isCode, isTest, type Finding, type Tree } from './tidy-tree.ts';

/** Names that say that a noun is missing. */
const catchAll: ReadonlySet<string> = new Set([
  'util', 'utils', 'helper', 'helpers', 'common', 'shared', 'misc', 'base', 'manager', 'managers',
]);

/** A file beyond this was made by a program and belongs into a folder that Git ignores; the largest of ours is the lock file. */
const fileBytesMax = 512 * 1_024;

export function checkLayout(tree: Tree): Finding[] {
  const code = tree.files.filter((path) => isCode(path) && codeFolders.some((folder) => path.startsWith(`${folder}/`)));
  return [...checkNames([...code, ...tree.files.filter((path) => path.startsWith('console/'))]), ...checkTested(code), ...checkSizes(tree)];
}

function checkNames(code: readonly string[]): Finding[] {
  const seen = new Set<string>();
  return code.flatMap((path) => {
    const parts = path.split('/');
    return parts.flatMap((part, depth) => {
      const place = parts.slice(0, depth + 1).join('/');
      const word = part.split(/[-._]/u).find((one) => catchAll.has(one.toLowerCase()));
      if (word === undefined || seen.has(place)) return [];
      seen.add(place);
      return [{ file: place, line: 0, rule: 'name', sentence: `"${word}" says that a noun is missing: name what it is` }];
    });
  });
}

function checkTested(code: readonly string[]): Finding[] {
  const tested = new Set(code.filter(isTest).map(folderOf));
  const folders = new Set(code.filter((path) => !isTest(path)).map(folderOf));
  return [...folders]
    .filter((folder) => !tested.has(folder))
    .map((folder) => ({ file: folder, line: 0, rule: 'untested', sentence: 'no *.test.ts in this folder' }));
}

function checkSizes(tree: Tree): Finding[] {
  return tree.files
    .filter((path) => tree.bytes(path) > fileBytesMax)
    .map((file) => ({ file, line: 0, rule: 'size', sentence: `more than ${fileBytesMax} bytes: remove it, or have Git ignore its folder` }));
}
