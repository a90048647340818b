// Packages: what is imported is declared, what is declared is used, versions are exact, and each package that the
// server needs to run has a decision record.

import { isBuiltin } from 'node:module';
import { isTest, type Finding, type Tree } from './tidy-tree.ts';
import type { Module } from './tidy-modules.ts';

export function checkPackages(tree: Tree, modules: readonly Module[]): Finding[] {
  const { dependencies, devDependencies, optionalDependencies } = tree.manifest;
  return [
    ...modules.flatMap((module) => checkModule(tree, module)),
    ...Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).flatMap(checkVersion),
    ...Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => checkUsed(name, modules)),
    ...Object.keys(dependencies).flatMap((name) => checkRecorded(tree, name)),
  ];
}

function checkModule(tree: Tree, module: Module): Finding[] {
  const { dependencies, devDependencies } = tree.manifest;
  // What src/ imports must be there without the packages of development.
  const needed = module.path.startsWith('src/') && !isTest(module.path);
  return module.imports.flatMap(({ specifier, line, typeOnly }) => {
    const report = (rule: string, sentence: string): Finding[] => [{ file: module.path, line, rule, sentence }];
    if (/^[.#]|^node:/u.test(specifier)) return [];
    if (isBuiltin(specifier)) return report('builtin', `say node:${specifier}`);
    const name = nameOf(specifier);
    if (name in dependencies) return [];
    if (!(name in devDependencies)) return report('undeclared', `${name} is not declared in package.json`);
    return needed && !typeOnly ? report('undeclared', `${name} is declared for development only`) : [];
  });
}

/** The package of a specifier: `@scope/name/file` belongs to `@scope/name`. */
function nameOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function checkVersion([name, version]: readonly [string, string]): Finding[] {
  if (/^\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(version)) return [];
  return [{ file: 'package.json', line: 0, rule: 'version', sentence: `${name} is ${version}: versions are exact` }];
}

/** A package is used if it is imported, or if a string names it, as an option or a path of a child process does. */
function checkUsed(name: string, modules: readonly Module[]): Finding[] {
  const typesOf = /^@types\/(.+)$/u.exec(name)?.[1];
  const used = modules.some(({ imports, strings }) =>
    typesOf === undefined
      ? imports.some(({ specifier }) => nameOf(specifier) === name) || strings.some((text) => mentions(text, name))
      : imports.some(({ specifier }) => (typesOf === 'node' ? specifier.startsWith('node:') : nameOf(specifier) === typesOf)),
  );
  return used ? [] : [{ file: 'package.json', line: 0, rule: 'unused', sentence: `${name} is used nowhere` }];
}

function mentions(text: string, name: string): boolean {
  const at = text.indexOf(name);
  return at !== -1 && !/[\w@-]/u.test(text[at - 1] ?? '') && !/[\w-]/u.test(text[at + name.length] ?? '');
}

function checkRecorded(tree: Tree, name: string): Finding[] {
  const records = tree.files.filter((path) => path.startsWith('docs/decisions/') && !path.endsWith('/README.md'));
  if (records.some((path) => tree.text(path).includes(`\`${name}\``))) return [];
  return [{ file: 'package.json', line: 0, rule: 'recorded', sentence: `no record in docs/decisions/ says why \`${name}\` is needed` }];
}
