// Each rule sees what it is there for, in a small tree that is otherwise in order, and nothing else.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { tidy, write } from './tidy.ts';

type Files = Readonly<Record<string, string | undefined>>;

const rooms: string[] = [];
after(() => rooms.forEach((room) => rmSync(room, { recursive: true, force: true })));

const manifest = {
  imports: {
    '#limits': './src/limits.ts',
    '#model': './src/model/model.ts',
    '#inspect': './src/inspect/inspect.ts',
    '#seal': './src/seal/seal.ts',
    '#pipeline': './src/pipeline.ts',
  },
  dependencies: { fastify: '5.0.0' },
  devDependencies: { typescript: '7.0.2', '@types/node': '26.0.0' },
};

const opening = '// What this file of the fixture is for.\n\n';
const aTest = `import { test } from 'node:test';\ntest('a fact', () => {});\n`;
const record = '# 1. Fastify\n\n## Context\n\nWhy `fastify`.\n\n## Decision\n\nYes.\n\n## Consequences\n\nSome.\n';

const good: Files = {
  '.gitignore': '/out/\n',
  'package.json': JSON.stringify(manifest),
  'README.md': '# Fixture\n\n## Start here\n\n[start](#start-here) [record](docs/decisions/001-fastify.md#context) [docs](docs/)\n',
  'docs/decisions/README.md': '# Decisions\n\n- [Fastify](001-fastify.md)\n',
  'docs/decisions/001-fastify.md': record,
  'out/broken.ts': 'export default any any',
  'src/main.ts': `${opening}import { run } from '#pipeline';\n\nrun();\n`,
  'src/limits.ts': `${opening}export const bytesMax = 1;\n`,
  'src/limits.test.ts': aTest,
  'src/model/model.ts': `${opening}import { bytesMax } from '#limits';\n\nexport const most = bytesMax;\nexport type Id = string;\n`,
  'src/model/model.test.ts': aTest,
  'src/inspect/inspect.ts': `${opening}import { most } from '#model';\n\nexport interface Inspected { readonly most: number }\nexport const inspect = (): Inspected => ({ most });\n`,
  'src/inspect/inspect.test.ts': aTest,
  'src/seal/seal.ts': `${opening}import type { Inspected } from '#inspect';\nimport { lay } from './lay.ts';\n\nexport const seal = (from: Inspected): number => lay(from.most);\n`,
  'src/seal/lay.ts': `${opening}export const lay = (count: number): number => count;\n`,
  'src/seal/seal.test.ts': `import { inspect } from '#inspect';\n${aTest}inspect();\n`,
  'src/pipeline.ts': `${opening}import fastify from 'fastify';\nimport { inspect } from '#inspect';\nimport { seal } from '#seal';\n\nexport const run = (): void => void [fastify, seal(inspect())];\n`,
  'tools/check.ts': `${opening}export const compiler = 'node_modules/typescript/bin/tsc';\n`,
  'tools/check.test.ts': aTest,
};

/** The findings about the good tree with some files replaced, as `file:line rule`. */
function findings(changes: Files): string[] {
  return tidy(plant({ ...good, ...changes })).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

function plant(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'tracekeep-tidy-'));
  rooms.push(root);
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function withManifest(change: object): Files {
  return { 'package.json': JSON.stringify({ ...manifest, ...change }) };
}

const consoleGood: Files = {
  'console/package.json': JSON.stringify({ imports: { '#ui/*': './src/ui/*', '#frame/*': './src/frame/*' }, dependencies: { react: '19.0.0' } }),
  'docs/decisions/README.md': '# Decisions\n\n- [Fastify](001-fastify.md)\n- [React](002-react.md)\n',
  'docs/decisions/002-react.md': record.replace('`fastify`', '`react`').replace('# 1. Fastify', '# 2. React'),
  'console/src/tokens.css': ':root { --ground: #fff; }\n',
  'console/src/main.tsx': `${opening}import { Page } from './search/page.tsx';\n\nPage();\n`,
  'console/src/ui/button.tsx': `${opening}import 'react';\nimport './button.css';\n\nexport const Button = (): string => 'x';\n`,
  'console/src/ui/button.css': '.a { color: var(--ground); } /* not #fff */\n',
  'console/src/frame/bar.tsx': `${opening}import { Button } from '#ui/button.tsx';\n\nexport const Bar = Button;\n`,
  'console/src/search/page.tsx': `${opening}import { Bar } from '#frame/bar.tsx';\n\nexport const Page = Bar;\n`,
  'console/src/map/page.tsx': `${opening}export const Map = 'map';\n`,
};

const consoleRules: Readonly<Record<string, readonly [Files, string]>> = {
  'a page that imports a page': [{ 'console/src/map/page.tsx': `${opening}import { Page } from '../search/page.tsx';\n\nexport const Map = Page;\n` }, 'console/src/map/page.tsx:3 console-import'],
  'a layer that imports a later one': [{ 'console/src/ui/button.tsx': `${opening}import 'react';\nimport { Bar } from '#frame/bar.tsx';\n\nexport const Button = Bar;\n` }, 'console/src/ui/button.tsx:4 console-import'],
  'a layer that is not declared': [{ 'console/src/map/page.tsx': `${opening}import { Page } from '#search/page.tsx';\n\nexport const Map = Page;\n` }, 'console/src/map/page.tsx:3 console-import'],
  'a door of the server that is not pure': [{ 'console/package.json': JSON.stringify({ imports: { '#model': './server/model/model.ts', '#ui/*': './src/ui/*', '#frame/*': './src/frame/*' }, dependencies: { react: '19.0.0' } }), 'console/src/map/page.tsx': `${opening}import { most } from '#model';\n\nexport const Map = most;\n` }, 'src/model/model.ts:3 pure'],
  'what a door of the server reaches and is not pure': [{ 'console/package.json': JSON.stringify({ imports: { '#seal': './server/seal/seal.ts', '#ui/*': './src/ui/*', '#frame/*': './src/frame/*' }, dependencies: { react: '19.0.0' } }), 'src/seal/lay.ts': `${opening}import { most } from '#model';\n\nexport const lay = (): number => most;\n` }, 'src/seal/lay.ts:3 pure'],
  'a colour in a style sheet': [{ 'console/src/ui/button.css': '.a { }\n.b { color: #fafafa; }\n' }, 'console/src/ui/button.css:2 colour'],
  'a colour by its English name': [{ 'console/src/ui/button.css': '.a { background: white; }\n' }, 'console/src/ui/button.css:1 colour'],
  'a colour in a component': [{ 'console/src/map/page.tsx': `${opening}export const Map = '#ff0000';\n` }, 'console/src/map/page.tsx:3 colour'],
  'a package of the console that is not declared': [{ 'console/src/map/page.tsx': `${opening}import 'leftpad';\n\nexport const Map = 1;\n` }, 'console/src/map/page.tsx:3 undeclared'],
  'a package of the console without a record': [{ 'docs/decisions/002-react.md': record.replace('`fastify`', 'it').replace('# 1. Fastify', '# 2. React') }, 'console/package.json:0 recorded'],
};

test('tidy() finds nothing in a console that is in order', () => {
  assert.deepEqual(findings(consoleGood), []);
});

for (const [what, [changes, expected]] of Object.entries(consoleRules)) {
  test(`tidy() sees ${what}`, () => {
    assert.deepEqual(findings({ ...consoleGood, ...changes }), [expected]);
  });
}

test('tidy() finds nothing in a tree that is in order', () => {
  assert.deepEqual(findings({}), []);
});

const doorRules: Readonly<Record<string, readonly [Files, string]>> = {
  'an import by a parent path': [{ 'src/seal/lay.ts': `${opening}import { most } from '../model/model.ts';\n\nexport const lay = (): number => most;\n` }, 'src/seal/lay.ts:3 door'],
  'an import from a folder below': [{ 'src/limits.ts': `${opening}export const bytesMax = 1;\nexport { most } from './model/model.ts';\n`, 'src/model/model.ts': `${opening}export const most = 1;\n` }, 'src/limits.ts:4 door'],
  'an import of a part of src by its file': [{ 'src/main.ts': `${opening}import { run } from './pipeline.ts';\n\nrun();\n` }, 'src/main.ts:3 door'],
  'an import of a file that does not exist': [{ 'src/model/model.ts': `${opening}import './gone.ts';\n\nexport const most = 1;\n` }, 'src/model/model.ts:3 door'],
  'a door that is not declared': [{ 'src/main.ts': `${opening}import { run } from '#pipe';\n\nrun();\n` }, 'src/main.ts:3 door'],
  'a declared door without a file': [withManifest({ imports: { ...manifest.imports, '#gone': './src/gone/gone.ts' } }), 'package.json:0 door'],
  'the door of the folder itself': [{ 'src/seal/lay.ts': `${opening}import type { seal } from '#seal';\n\nexport const lay = (from: Parameters<typeof seal>[0] | number): number => Number(from);\n` }, 'src/seal/lay.ts:3 door'],
  'a folder without a door that imports one': [{ 'src/extra/extra.ts': `${opening}import { most } from '#model';\n\nexport const extra = most;\n`, 'src/extra/extra.test.ts': aTest }, 'src/extra/extra.ts:3 door'],
};

const orderRules: Readonly<Record<string, readonly [Files, string]>> = {
  'an import of a later layer': [{ 'src/limits.ts': `${opening}import { most } from '#model';\n\nexport const bytesMax = most;\n`, 'src/model/model.ts': `${opening}export const most = 1;\n` }, 'src/limits.ts:3 direction'],
  'an import of the type of a later layer': [{ 'src/limits.ts': `${opening}import type { Id } from '#model';\n\nexport const bytesMax: Id | number = 1;\n` }, 'src/limits.ts:3 direction'],
  'a type import in the middle of a line': [{ 'src/limits.ts': `${opening}export const bytesMax: import('#model').Id | number = 1;\n` }, 'src/limits.ts:3 direction'],
  'a dynamic import of a later layer': [{ 'src/limits.ts': `${opening}export const bytesMax = (): Promise<unknown> => import('#seal');\n` }, 'src/limits.ts:3 direction'],
  'a stage that calls a stage': [{ 'src/seal/lay.ts': `${opening}import { inspect } from '#inspect';\n\nexport const lay = (count: number): number => count + inspect().most;\n` }, 'src/seal/lay.ts:3 stage'],
  'a type marked inside braces, which stays an import at run time': [{ 'src/seal/lay.ts': `${opening}import { type Inspected } from '#inspect';\n\nexport const lay = (count: Inspected['most']): number => count;\n` }, 'src/seal/lay.ts:3 stage'],
  'a cycle of files': [{ 'src/seal/lay.ts': `${opening}import { seal } from './seal.ts';\n\nexport const lay = (count: number): number => count + seal.length;\n` }, 'src/seal/lay.ts:0 cycle'],
};

const sourceRules: Readonly<Record<string, readonly [Files, string]>> = {
  'any': [{ 'src/limits.ts': `${opening}export const bytesMax = (x: any): number => x;\n` }, 'src/limits.ts:3 any'],
  'a silenced compiler': [{ 'src/limits.ts': `${opening}// @ts-${'ignore'}\nexport const bytesMax = 1;\n` }, 'src/limits.ts:3 suppression'],
  'a silenced linter': [{ 'src/limits.ts': `${opening}/* eslint-${'disable'} */\nexport const bytesMax = 1;\n` }, 'src/limits.ts:3 suppression'],
  'a default export': [{ 'src/limits.ts': `${opening}export const bytesMax = 1;\nexport default 1;\n` }, 'src/limits.ts:4 default-export'],
  'a note to self': [{ 'src/limits.ts': `${opening}// ${'TO'}${'DO'}: measure.\nexport const bytesMax = 1;\n` }, 'src/limits.ts:3 todo'],
  'a skipped test': [{ 'src/limits.test.ts': `import { test } from 'node:test';\ntest.skip('x', () => {});\n` }, 'src/limits.test.ts:2 skipped'],
  'a test that runs alone': [{ 'src/limits.test.ts': `import { it } from 'node:test';\nit.only('x', () => {});\n` }, 'src/limits.test.ts:2 skipped'],
  'a test skipped by an option': [{ 'src/limits.test.ts': `import { test } from 'node:test';\ntest('x', { skip: process.platform !== 'linux' }, () => {});\n` }, 'src/limits.test.ts:2 skipped'],
  'a test skipped from inside': [{ 'src/limits.test.ts': `import { test } from 'node:test';\ntest('x', (t) => t.skip());\n` }, 'src/limits.test.ts:2 skipped'],
  'a file that only re-exports': [{ 'src/seal/lay.ts': `${opening}export { place as lay } from './place.ts';\n`, 'src/seal/place.ts': `${opening}export const place = (count: number): number => count;\n` }, 'src/seal/lay.ts:1 barrel'],
  'a file that imports only to export': [{ 'src/seal/lay.ts': `${opening}import { lay } from './place.ts';\n\nexport { lay };\n`, 'src/seal/place.ts': `${opening}export const lay = (count: number): number => count;\n` }, 'src/seal/lay.ts:1 barrel'],
  'a file without an opening paragraph': [{ 'src/limits.ts': 'export const bytesMax = 1;\n' }, 'src/limits.ts:1 opening'],
  'a long file': [{ 'src/limits.ts': `${opening}${'\n'.repeat(400)}export const bytesMax = 1;\n` }, 'src/limits.ts:1 length'],
  'a file that does not parse': [{ 'src/limits.ts': `${opening}export const bytesMax = ;\n`, 'src/model/model.ts': `${opening}export const most = 1;\n` }, 'src/limits.ts:3 syntax'],
};

const layoutRules: Readonly<Record<string, readonly [Files, string]>> = {
  'a catch-all file': [{ 'src/seal/seal-utils.ts': `${opening}export const one = 1;\n` }, 'src/seal/seal-utils.ts:0 name'],
  'a catch-all folder': [{ 'tools/helpers/one.ts': `${opening}export const one = 1;\n`, 'tools/helpers/one.test.ts': aTest }, 'tools/helpers:0 name'],
  'a file that a program wrote': [{ 'docs/corpus.bin': 'x'.repeat(600_000) }, 'docs/corpus.bin:0 size'],
  'a folder without a test': [{ 'src/model/model.test.ts': undefined }, 'src/model:0 untested'],
};

const packageRules: Readonly<Record<string, readonly [Files, string]>> = {
  'a package that is not declared': [{ 'tools/check.ts': `${opening}import 'left-pad';\n\nexport const compiler = 'node_modules/typescript/bin/tsc';\n` }, 'tools/check.ts:3 undeclared'],
  'a development package in the server': [{ 'src/limits.ts': `${opening}import 'typescript/lib';\n\nexport const bytesMax = 1;\n` }, 'src/limits.ts:3 undeclared'],
  'a built-in module without node:': [{ 'src/limits.ts': `${opening}import 'fs';\n\nexport const bytesMax = 1;\n` }, 'src/limits.ts:3 builtin'],
  'a package that nothing uses': [withManifest({ devDependencies: { ...manifest.devDependencies, kysely: '1.0.0' } }), 'package.json:0 unused'],
  'a package whose name is only the beginning of a used one': [withManifest({ devDependencies: { ...manifest.devDependencies, type: '1.0.0' } }), 'package.json:0 unused'],
  'a version that is a range': [withManifest({ dependencies: { fastify: '^5.0.0' } }), 'package.json:0 version'],
  'a run-time package without a record': [{ 'docs/decisions/001-fastify.md': record.replace('`fastify`', 'it') }, 'package.json:0 recorded'],
};

const lock = { packages: { '': manifest, 'node_modules/fastify': { version: '5.0.0', optionalDependencies: { '@f/darwin-arm64': '5.0.1' } } } };

const lockRules: Readonly<Record<string, readonly [Files, string]>> = {
  'a lock file of another package.json': [{ 'package-lock.json': JSON.stringify({ packages: { '': { ...manifest, dependencies: {} } } }) }, 'package-lock.json:0 lock'],
  'a lock file without an entry for some platform': [{ 'package-lock.json': JSON.stringify(lock) }, 'package-lock.json:0 lock'],
};

const pageRules: Readonly<Record<string, readonly [Files, string]>> = {
  'a link to a missing file': [{ 'SECURITY.md': '# S\n\nSee [it](docs/gone.md).\n' }, 'SECURITY.md:3 link'],
  'a link out of the repository': [{ 'SECURITY.md': '# S\n\nSee [it](../x.md).\n' }, 'SECURITY.md:3 link'],
  'a reference to a missing file': [{ 'SECURITY.md': '# S\n\nSee [it][1].\n\n[1]: docs/gone.md\n' }, 'SECURITY.md:5 link'],
  'an anchor without heading': [{ 'SECURITY.md': '# S\n\nSee [it](README.md#nowhere).\n' }, 'SECURITY.md:3 link'],
  'a note to self in a page': [{ 'SECURITY.md': `# S\n\n${'TO'}${'DO'} write\n` }, 'SECURITY.md:3 todo'],
  'an architecture page nobody reads': [{ 'docs/ARCHITECTURE.md': 'line\n\n'.repeat(51) }, 'docs/ARCHITECTURE.md:0 architecture'],
  'a record without a section': [{ 'docs/decisions/001-fastify.md': record.replace('## Context', '## Why') , 'README.md': '# F\n' }, 'docs/decisions/001-fastify.md:0 record'],
  'two records of one number': [{ 'docs/decisions/001-other.md': record, 'docs/decisions/README.md': '# D\n\n[a](001-fastify.md) [b](001-other.md)\n' }, 'docs/decisions/001-other.md:0 record'],
  'a record that is not listed': [{ 'docs/decisions/002-other.md': record }, 'docs/decisions/002-other.md:0 record'],
};

for (const rules of [doorRules, orderRules, sourceRules, layoutRules, packageRules, lockRules, pageRules]) {
  for (const [title, [changes, expected]] of Object.entries(rules)) {
    test(`tidy() finds ${title}`, () => assert.deepEqual(findings(changes), [expected]));
  }
}

test('tidy() lets a folder inside a folder use the doors of the folder above, and the folder above use its door', () => {
  const imports = {
    '#limits': './src/limits.ts', '#model': './src/model/model.ts', '#inspect/mark': './src/inspect/mark.ts',
    '#inspect/marks': './src/inspect/marks/marks.ts', '#inspect': './src/inspect/inspect.ts', '#seal': './src/seal/seal.ts', '#pipeline': './src/pipeline.ts',
  };
  const nested = {
    ...withManifest({ imports }),
    'src/inspect/mark.ts': `${opening}export const mark = 1;\n`,
    'src/inspect/marks/marks.ts': `${opening}import { one } from './one.ts';\n\nexport const marks = [one];\n`,
    'src/inspect/marks/one.ts': `${opening}import { mark } from '#inspect/mark';\n\nexport const one = mark;\n`,
    'src/inspect/marks/marks.test.ts': aTest,
    'src/inspect/inspect.ts': `${opening}import { marks } from '#inspect/marks';\n\nexport interface Inspected { readonly most: number }\nexport const inspect = (): Inspected => ({ most: marks.length });\n`,
  };
  assert.deepEqual(findings(nested), []);
  const upwards = { 'src/inspect/marks/one.ts': `${opening}import { inspect } from '#inspect';\n\nexport const one = inspect.length;\n` };
  assert.deepEqual(findings({ ...nested, ...upwards }), ['src/inspect/inspect.ts:0 cycle', 'src/inspect/marks/one.ts:3 direction']);
});

test('tidy() accepts a long file that gives its reason', () => {
  const text = `// A table of the fixture. Long because a table is read in one piece.\n${'\n'.repeat(401)}export const bytesMax = 1;\n`;
  assert.deepEqual(findings({ 'src/limits.ts': text }), []);
});

test('tidy() leaves code in pages alone', () => {
  const text = `# S\n\n\`[a](gone.md)\`\n\n\`\`\`md\n[b](gone.md)\n# c\n\`\`\`\n`;
  assert.deepEqual(findings({ 'SECURITY.md': text }), []);
});

test('tidy() finds a generated page that is out of date, and write() brings it up to date', () => {
  const head = '<!-- generated by: node tools/table.ts codes -->';
  const generator = `${opening}console.log('${head}\\n\\n# Of ' + process.argv[2]);\n`;
  const root = plant({ ...good, 'tools/table.ts': generator, 'docs/codes.md': `${head}\n\n# Old\n` });
  const found = tidy(root);
  assert.deepEqual(found.map(({ file, line, rule }) => `${file}:${line} ${rule}`), ['docs/codes.md:1 generated']);
  write(root);
  assert.equal(readFileSync(join(root, 'docs/codes.md'), 'utf8'), `${head}\n\n# Of codes\n`);
  assert.deepEqual(tidy(root), []);
});

test('write() completes a lock file with entries that npm fetches only where they fit', () => {
  const root = plant({ ...good, 'package-lock.json': JSON.stringify(lock) });
  write(root);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> };
  assert.deepEqual(packages['node_modules/@f/darwin-arm64'], { version: '5.0.1', optional: true, os: ['darwin'], cpu: ['arm64'] });
  assert.deepEqual(tidy(root), []);
});
