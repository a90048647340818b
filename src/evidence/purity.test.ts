/** The files that a browser loads are the server's: nothing of Node in them, and no door but the one that is as pure. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const FOR_TESTS = ['testing.ts', 'span-samples.ts'];
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !FOR_TESTS.includes(name));

test('no file here imports anything from outside of this folder but #merkle, or the tests', () => {
  assert.ok(files.includes('evidence.ts') && files.includes('entry.ts'));
  for (const name of files) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gmu, '');
    const specifiers = [...code.matchAll(/^(?:import|export)\b.*\bfrom '([^']+)';$/gmu)].map((found) => found[1]!);
    // None in another form: over several lines, in other quotes, for its effects alone.
    assert.equal(specifiers.length, code.match(/\bfrom\s*['"`]/gu)?.length ?? 0, name);
    assert.doesNotMatch(code, /^import\s*['"`]/mu, name);
    for (const specifier of specifiers) assert.ok(specifier === '#merkle' || (/^\.\/[a-z0-9-]+\.ts$/u.test(specifier) && !FOR_TESTS.includes(specifier.slice(2))), `${name} imports ${specifier}`);
    assert.doesNotMatch(code, /\b(?:Buffer|process|require|globalThis|__dirname|Date|Math\.random)\b|\bimport[.(]/u, name);
  }
});
