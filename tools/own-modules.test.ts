import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const HOOK = new URL('own-modules.mjs', import.meta.url).href;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a program prints that is run with these options, and its errors. */
function printed(program: string, options: readonly string[], cwd = ROOT): string {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, [...options, '--input-type=module', '--eval', program], { cwd, env, encoding: 'utf8' });
  return stdout + stderr;
}

test('every door is found where Node finds it', () => {
  const program = `import { readFileSync } from 'node:fs';
    const { imports } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const name of Object.keys(imports)) console.log(name, import.meta.resolve(name));`;
  const found = printed(program, ['--import', HOOK]);
  assert.ok(found.includes('#limits file://'));
  assert.equal(found, printed(program, []));
});

test('a door that is not there, and a file that is not, are told', () => {
  assert.match(printed("await import('#nowhere');", ['--import', HOOK]), /ERR_PACKAGE_IMPORT_NOT_DEFINED/u);
  assert.match(printed("await import('./nowhere.ts');", ['--import', HOOK]), /nowhere\.ts/u);
});

test('a program elsewhere has its own names', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'tracekeep-own-modules-'));
  writeFileSync(join(elsewhere, 'package.json'), JSON.stringify({ type: 'module', imports: { '#limits': './own.ts' } }));
  writeFileSync(join(elsewhere, 'own.ts'), 'export const mine: string = "its own";\n');
  assert.match(printed("console.log((await import('#limits')).mine);", ['--import', HOOK], elsewhere), /its own/u);
});
