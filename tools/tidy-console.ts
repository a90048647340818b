// The shape of the console: imports go one way (the order of console/package.json "imports", then the pages, which never see each
// other), of the server it sees pure folders alone, colours come from the tokens alone, and its packages are declared, exact, used and
// recorded as the server's are.

import { visitAll, type Module } from './tidy-modules.ts';
import { isTest, lineAt, type Finding, type Tree } from './tidy-tree.ts';

const home = 'console/src/';
const tokens = `${home}tokens.css`;
/** A link to `src/`: doors of the server that the browser loads too. */
const server = './server/';

/** A colour that is written down instead of named. */
const colour = /#[0-9a-f]{3,8}\b(?![-\w])|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb|color)\(/giu;
const colourName = /:\s*[^;{}]*\b(?:white|black|red|green|blue|grey|gray|orange|yellow|purple|teal)\b(?!-)[^;{}]*;/giu;
const colourText = /^(?:#[0-9a-f]{3,8}|(?:rgba?|hsla?)\([\d\s.,%]+\))$/iu;

interface Manifest {
  readonly imports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function checkConsole(tree: Tree, modules: readonly Module[], serverModules: readonly Module[]): Finding[] {
  if (!tree.has('console/package.json')) return [];
  const manifest = JSON.parse(tree.text('console/package.json')) as Manifest;
  const imports = Object.entries(manifest.imports ?? {});
  const layers = imports.map(([specifier]) => specifier.replace(/^#|\/\*$/gu, ''));
  const doors = new Map(imports.filter(([, target]) => target.startsWith(server)).map(([specifier, target]) => [specifier, `src/${target.slice(server.length)}`]));
  return [
    ...modules.flatMap((module) => checkImports(tree, layers, doors, module)),
    ...checkPure(tree, doors, manifest, serverModules),
    ...modules.flatMap(checkTexts),
    ...tree.files.filter((path) => path.startsWith(home) && path.endsWith('.css') && path !== tokens).flatMap((path) => checkStyles(tree, path)),
    ...checkManifest(tree, manifest, modules),
  ];
}

function checkImports(tree: Tree, layers: readonly string[], doors: ReadonlyMap<string, string>, module: Module): Finding[] {
  if (!module.path.startsWith(home)) return [];
  const [folder = '', ...deeper] = module.path.slice(home.length).split('/');
  const own = deeper.length === 0 ? null : folder;
  return module.imports.flatMap(({ specifier, line }) => {
    const door = doors.get(specifier);
    if (door !== undefined && specifier.endsWith('/testing') && !isTest(module.path)) return [{ file: module.path, line, rule: 'console-import', sentence: `${specifier} is for tests` }];
    const wrong = door === undefined ? wrongImport(tree, layers, own, module.path, specifier) : tree.has(door) ? '' : `${specifier} does not exist`;
    return wrong === '' ? [] : [{ file: module.path, line, rule: 'console-import', sentence: wrong }];
  });
}

/** What a browser loads of the server: the doors and what they reach within their folders. It knows nothing but that, the other doors, and packages that the console has too. */
function checkPure(tree: Tree, doors: ReadonlyMap<string, string>, { dependencies = {} }: Manifest, modules: readonly Module[]): Finding[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const waiting = [...doors].filter(([specifier]) => !specifier.endsWith('/testing')).map(([, path]) => path);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { specifier, line, typeOnly } of byPath.get(path)?.imports ?? []) {
      const own = specifier.startsWith('./') ? `${path.slice(0, path.lastIndexOf('/'))}/${specifier.slice(2)}` : undefined;
      if (own !== undefined && tree.has(own)) waiting.push(own);
      // Types are gone by the time a browser sees the file.
      if (own !== undefined || typeOnly || (doors.has(specifier) && !specifier.endsWith('/testing')) || specifier in dependencies) continue;
      findings.push({ file: path, line, rule: 'pure', sentence: `a browser loads this file too: ${specifier} is no door that console/package.json leads to` });
    }
  }
  return findings;
}

/** What is wrong with an import of a file in a folder, null for the entries; empty if nothing. */
function wrongImport(tree: Tree, layers: readonly string[], own: string | null, path: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    const inside = own === null ? /^\.\/[\w./-]+$/u : /^\.\/[^/]+$/u;
    if (!inside.test(specifier)) return `${specifier} leaves the folder: pages never import each other, and layers have a door (#folder/file)`;
    // `?worker&url` says how Vite is to take the file.
    const target = `${path.slice(0, path.lastIndexOf('/'))}/${specifier.slice(2).replace(/\?[a-z&]+$/u, '')}`;
    return tree.has(target) ? '' : `${specifier} does not exist`;
  }
  if (!specifier.startsWith('#')) return '';
  const [layer = '', ...rest] = specifier.slice(1).split('/');
  const rank = layers.indexOf(layer);
  if (rank === -1) return `${specifier} is not declared in console/package.json "imports"`;
  if (!tree.has(`${home}${layer}/${rest.join('/')}`)) return `${specifier} does not exist`;
  const mine = own === null ? -1 : layers.indexOf(own);
  if (own === layer) return `${specifier} lies in this folder: import it as ./ file`;
  return mine !== -1 && rank > mine ? `${own ?? ''} may import only what is listed before it, and ${layer} is not` : '';
}

function checkTexts(module: Module): Finding[] {
  const findings: Finding[] = [];
  visitAll(module.program, (node) => {
    if (node.type === 'Literal' && typeof node.value === 'string' && colourText.test(node.value)) {
      findings.push({ file: module.path, line: module.lineOf(node.start), rule: 'colour', sentence: 'say the token: colours stand in tokens.css alone' });
    }
  });
  return findings;
}

function checkStyles(tree: Tree, path: string): Finding[] {
  // Comments keep their length, so that lines stay where they are.
  const text = tree.text(path).replace(/\/\*[\s\S]*?\*\//gu, (comment) => comment.replace(/[^\n]/gu, ' '));
  return [...text.matchAll(colour), ...text.matchAll(colourName)]
    .filter(({ index }) => !/color-mix\($/u.test(text.slice(0, index)))
    .map(({ index }) => ({ file: path, line: lineAt(text, index), rule: 'colour', sentence: 'say var(--…): colours stand in tokens.css alone' }));
}

function checkManifest(tree: Tree, { dependencies = {}, devDependencies = {} }: Manifest, modules: readonly Module[]): Finding[] {
  const report = (rule: string, sentence: string): Finding => ({ file: 'console/package.json', line: 0, rule, sentence });
  const used = new Set(modules.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))));
  const records = tree.files.filter((path) => path.startsWith('docs/decisions/') && !path.endsWith('/README.md')).map((path) => tree.text(path));
  const declared = { ...dependencies, ...devDependencies };
  return [
    ...Object.entries(declared).flatMap(([name, version]) => (/^\d+\.\d+\.\d+$/u.test(version) ? [] : [report('version', `${name} is ${version}: versions are exact`)])),
    ...Object.keys(declared).flatMap((name) => (used.has(name.replace(/^@types\//u, '')) || used.has(name) ? [] : [report('unused', `${name} is used nowhere`)])),
    ...Object.keys(dependencies).flatMap((name) => (records.some((text) => text.includes(`\`${name}\``)) ? [] : [report('recorded', `no record in docs/decisions/ says why \`${name}\` is needed`)])),
    ...modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => !/^[.#]|^node:/u.test(specifier) && !(packageOf(specifier) in declared))
        .map(({ specifier, line }) => ({ file: path, line, rule: 'undeclared', sentence: `${packageOf(specifier)} is not declared in console/package.json` })),
    ),
  ];
}

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
