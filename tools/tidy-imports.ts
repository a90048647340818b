// Who may import whom. The order of "imports" in package.json is the order of the layers: a file sees only the doors
// listed before its own, types included. Stages know each other's types at most; three places put them together.

import { folderOf, isTest, type Finding, type Tree } from './tidy-tree.ts';
import type { Import, Module } from './tidy-modules.ts';

/** The stages, in the order in which a request meets them. */
const stages: readonly string[] = ['receive', 'authenticate', 'validate', 'inspect', 'detect', 'minimize', 'seal', 'store'];
/** The doors that may call stages. Entry points without a door, tests and what lies outside src/ may as well. */
const composers: readonly string[] = ['pipeline', 'dry-run', 'server', 'commands'];

interface Door {
  readonly specifier: string;
  readonly target: string;
  /** Its place in "imports": a door sees those of lower rank. */
  readonly rank: number;
}

export function checkImports(tree: Tree, modules: readonly Module[]): Finding[] {
  const doors = readDoors(tree);
  const findings = doors.flatMap((door) => checkDoor(tree, door));
  for (const module of modules) {
    for (const item of module.imports) {
      const wrong = checkImport(tree, doors, module.path, item);
      if (wrong !== undefined) findings.push({ file: module.path, line: item.line, ...wrong });
    }
  }
  return [...findings, ...checkCycles(doors, modules)];
}

function readDoors(tree: Tree): Door[] {
  return Object.entries(tree.manifest.imports).map(([specifier, path], rank) => ({ specifier, target: path.replace(/^\.\//u, ''), rank }));
}

/** The stage or foundation that a path belongs to: a folder of src/, or a file of src/ itself; undefined outside. */
function partOf(path: string): string | undefined {
  const [top, second, ...deeper] = path.split('/');
  if (top !== 'src' || second === undefined) return undefined;
  return deeper.length > 0 ? second : withoutEnding(second);
}

function withoutEnding(name: string): string {
  return name.replace(/(?:\.test)?\.[a-z]{2,4}$/u, '');
}

/**
 * The door through which a file of src/ is in its layer: itself if it is one, else the last one of its folder, else of
 * the folder above. A file of src/ itself belongs to the door it is, or whose test it is.
 */
function doorOf(doors: readonly Door[], path: string): Door | undefined {
  const own = doors.find((door) => door.target === path || (folderOf(path) === 'src' && door.target === `src/${partOf(path) ?? ''}.ts`));
  if (own !== undefined || !path.startsWith('src/')) return own;
  for (let folder = folderOf(path); folder !== 'src'; folder = folderOf(folder)) {
    const last = doors.findLast((door) => folderOf(door.target) === folder);
    if (last !== undefined) return last;
  }
  return undefined;
}

function checkDoor(tree: Tree, door: Door): Finding[] {
  if (tree.has(door.target)) return [];
  return [{ file: 'package.json', line: 0, rule: 'door', sentence: `${door.specifier} names ${door.target}, which does not exist` }];
}

function checkImport(tree: Tree, doors: readonly Door[], path: string, item: Import): Pick<Finding, 'rule' | 'sentence'> | undefined {
  if (item.specifier.startsWith('#')) return checkDoorImport(doors, path, item);
  if (!item.specifier.startsWith('.')) return undefined;
  const file = /^\.\/([^/]+)$/u.exec(item.specifier)?.[1];
  if (file === undefined) {
    return { rule: 'door', sentence: `${item.specifier} leaves the folder: import a door of package.json "imports"` };
  }
  const target = `${folderOf(path)}/${file}`;
  if (!tree.has(target)) return { rule: 'door', sentence: `${item.specifier} does not exist` };
  if (folderOf(path) === 'src' && partOf(target) !== partOf(path)) {
    return { rule: 'door', sentence: `${item.specifier} is a part of its own: import it by its door` };
  }
  return undefined;
}

function checkDoorImport(doors: readonly Door[], path: string, item: Import): Pick<Finding, 'rule' | 'sentence'> | undefined {
  const door = doors.find((one) => one.specifier === item.specifier);
  if (door === undefined) return { rule: 'door', sentence: `${item.specifier} is not declared in package.json "imports"` };
  const part = partOf(path);
  // Outside src/ and at the entry points, which have no door, everything may be used.
  if (part === undefined) return undefined;
  const own = doorOf(doors, path);
  if (own === undefined) {
    if (folderOf(path) === 'src') return undefined;
    return { rule: 'door', sentence: `src/${part}/ has no door in package.json "imports"` };
  }
  if (folderOf(door.target) === folderOf(path) && folderOf(path) !== 'src') {
    return { rule: 'door', sentence: `${item.specifier} lies in this folder: import it as ./ file` };
  }
  if (door.rank >= own.rank) {
    return { rule: 'direction', sentence: `${own.specifier} may import only what is listed before it, and ${item.specifier} is not` };
  }
  const target = partOf(door.target) ?? '';
  if (stages.includes(target) && part !== target && !item.typeOnly && !composers.includes(part) && !isTest(path)) {
    return { rule: 'stage', sentence: `only ${composers.join(', ')} call stages: import type from ${item.specifier}, or take the function as an argument` };
  }
  return undefined;
}

/** Cycles of imports that exist at run time, each reported once, at the first of its files by name. */
function checkCycles(doors: readonly Door[], modules: readonly Module[]): Finding[] {
  const targets = new Map(doors.map((door) => [door.specifier, door.target]));
  const edges = new Map<string, string[]>();
  for (const { path, imports } of modules) {
    const values = imports.filter((item) => !item.typeOnly);
    edges.set(path, values.flatMap((item) => targets.get(item.specifier) ?? beside(path, item.specifier)));
  }
  const findings: Finding[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) {
      const cycle = fromSmallest(trail.slice(at));
      findings.push({ file: cycle[0] ?? path, line: 0, rule: 'cycle', sentence: `imports itself: ${cycle.join(' > ')}` });
    }
    if (done.has(path)) return;
    done.add(path);
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
  };
  for (const path of edges.keys()) visit(path, []);
  return findings;
}

function fromSmallest(cycle: readonly string[]): string[] {
  const smallest = cycle.reduce((least, path, at) => (path < (cycle[least] ?? '') ? at : least), 0);
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest + 1)];
}

function beside(path: string, specifier: string): string[] {
  return specifier.startsWith('./') ? [`${folderOf(path)}/${specifier.slice(2)}`] : [];
}
