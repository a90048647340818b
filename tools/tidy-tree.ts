// The files of the repository as the shape checks and the test runner see them: everything below the root except
// what Git ignores as a folder, installed packages and dot folders.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Finding {
  /** Path from the root, with forward slashes. */
  readonly file: string;
  /** Counted from 1; 0 where the finding is about the file as a whole. */
  readonly line: number;
  readonly rule: string;
  readonly sentence: string;
}

/** The parts of package.json that the checks look at. */
export interface Manifest {
  readonly imports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

export interface Tree {
  readonly root: string;
  /** Paths from the root, with forward slashes, sorted. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
  readonly has: (path: string) => boolean;
  readonly text: (path: string) => string;
  /** Size of a file. */
  readonly bytes: (path: string) => number;
}

/** The folders of the root that hold code. */
export const codeFolders = ['src', 'tools', 'demo', 'test', 'bench'] as const;

/** Reads the tree below a root folder; contents are read when they are asked for. */
export function readTree(root: string): Tree {
  const files = walk(root, '', ignoredFolders(root)).sort();
  const known = new Set(files);
  const texts = new Map<string, string>();
  const text = (path: string): string => {
    let found = texts.get(path);
    if (found === undefined) texts.set(path, (found = readFileSync(join(root, path), 'utf8')));
    return found;
  };
  return { root, files, manifest: readManifest(root), has: (path) => known.has(path), text, bytes: (path) => statSync(join(root, path)).size };
}

export function isCode(path: string): boolean {
  return /\.(?:ts|tsx|mjs)$/u.test(path) && !path.endsWith('.d.ts');
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

/** The folder of a path, empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The line, counted from 1, of an offset in a text. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function readManifest(root: string): Manifest {
  const raw = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Partial<Manifest>;
  return {
    imports: raw.imports ?? {},
    dependencies: raw.dependencies ?? {},
    devDependencies: raw.devDependencies ?? {},
    optionalDependencies: raw.optionalDependencies ?? {},
  };
}

function ignoredFolders(root: string): ReadonlySet<string> {
  const path = join(root, '.gitignore');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return new Set(lines.filter((line) => line.endsWith('/')).map((line) => line.replace(/^\/|\/$/gu, '')));
}

function walk(root: string, folder: string, ignored: ReadonlySet<string>): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return entry.isFile() ? [path] : [];
    const out = entry.name.startsWith('.') || entry.name === 'node_modules' || ignored.has(path);
    return out ? [] : walk(root, path, ignored);
  });
}
