// Who may import whom. The order of "imports" in package.json is the order of the layers: a folder sees only the
// doors listed before its own, types included. Stages know each other's types at most; three places put them together.

import { folderOf, isTest, type Finding, type Tree } from './tidy-tree.ts';
import type { Import, Module } from './tidy-modules.ts';

/** The stages, in the order in which a request meets them. */
const stages: readonly string[] = ['receive', 'authenticate', 'validate', 'inspect', 'detect', 'minimize', 'seal', 'store'];
/** The doors that may call stages. Entry points without a door, tests and what lies outside src/ may as well. */
const composers: readonly string[] = ['pipeline', 'server', 'commands'];

interface Door {
  readonly specifier: string;
  /** The folder below src/, or the file's name without ending for a door that is a file of src/ itself. */
  readonly unit: string;
  readonly target: string;
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
  const entries = Object.entries(tree.manifest.imports).map(([specifier, path]) => ({ specifier, target: path.replace(/^\.\//u, '') }));
  const units = entries.map(({ target }) => unitOf(target) ?? target);
  // A folder with several doors stands where its first one stands.
  return entries.map((entry, at) => ({ ...entry, unit: units[at] ?? '', rank: units.indexOf(units[at] ?? '') }));
}

/** The folder or file of src/ that a path belongs to; undefined outside src/. */
function unitOf(path: string): string | undefined {
  const [top, second, ...deeper] = path.split('/');
  if (top !== 'src' || second === undefined) return undefined;
  return deeper.length > 0 ? second : second.replace(/(?:\.test)?\.[a-z]{2,4}$/u, '');
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
  if (folderOf(path) === 'src' && unitOf(target) !== unitOf(path)) {
    return { rule: 'door', sentence: `${item.specifier} is a part of its own: import it by its door` };
  }
  return undefined;
}

function checkDoorImport(doors: readonly Door[], path: string, item: Import): Pick<Finding, 'rule' | 'sentence'> | undefined {
  const door = doors.find((one) => one.specifier === item.specifier);
  if (door === undefined) return { rule: 'door', sentence: `${item.specifier} is not declared in package.json "imports"` };
  const unit = unitOf(path);
  const own = doors.find((one) => one.unit === unit);
  if (unit === undefined || own === undefined) {
    // Outside src/ and at the entry points everything may be used; a folder of src/ without a door is in no layer.
    if (unit === undefined || folderOf(path) === 'src') return undefined;
    return { rule: 'door', sentence: `src/${unit}/ has no door in package.json "imports"` };
  }
  if (door.unit === unit) return { rule: 'door', sentence: `${item.specifier} is this folder: import ./ files inside it` };
  if (door.rank > own.rank) {
    return { rule: 'direction', sentence: `${own.specifier} may import only what is listed before it, and ${item.specifier} is listed after` };
  }
  if (stages.includes(door.unit) && !item.typeOnly && !composers.includes(unit) && !isTest(path)) {
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
