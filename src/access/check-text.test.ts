import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { Cedar } from './cedar.ts';
import { checkText } from './check-text.ts';

const cedar = new Cedar();
const problemsOf = (text: string): readonly string[] => checkText(cedar, text).problems.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`);

test('policies that say something have no problems', () => {
  const text = `// Payments is for its team.
    @id("payments") forbid (principal, action in Action::"telemetry", resource in Service::"payments; // \\" no end") unless { principal in Group::"payments" };
    permit (principal in Group::"on-call", action == Action::"trace.outline", resource) when { ["a", "b"].contains(resource.service) };
    // Behind the last one.`;
  assert.deepEqual(checkText(cedar, text), { problems: [], policies: 2 });
  assert.deepEqual(checkText(cedar, ''), { problems: [], policies: 0 });
});

test('each problem has its place in the whole text', () => {
  assert.deepEqual(problemsOf('permit (principal, action, resource);\n\n// é\npermit (principal, action resource);'), ['error syntax 4:27']);
  assert.deepEqual(problemsOf('permit (principal, action, resource);\n/* */ permit (principal, action, resource);')[0]?.slice(0, 14), 'error syntax 2');
  assert.deepEqual(problemsOf('// "é"\nforbid (principal, action == Action::"trace.delete", resource);')[0], 'error schema 2:30');
  assert.deepEqual(problemsOf('forbid (principal, action == Action::"trace.read", resource) when { resource.servic == "x" };'), ['error schema 1:69']);
  assert.deepEqual(problemsOf('permit (principal, action, resource)'), ['error syntax 1:37']);
});

test('what can never be asked is refused, and so are two policies of one name', () => {
  assert.deepEqual(problemsOf('forbid (principal, action == Action::"trace.read", resource == Trace::"x");'), ['error literal 1:1']);
  assert.deepEqual(problemsOf('@id("a") permit (principal, action, resource);\n@id("a") permit (principal, action, resource);'), ['error id 2:1']);
  assert.deepEqual(problemsOf('@id("a\\nb") permit (principal, action, resource);'), ['error id 1:1']);
  assert.deepEqual(problemsOf('permit (principal == ?principal, action, resource);')[0]?.slice(0, 12), 'error syntax');
  assert.deepEqual(problemsOf('permit (principal == Producer::"shop", action, resource);')[0]?.slice(0, 5), 'error');
});

test('what is too large or too deep for the engine never reaches it', () => {
  const when = (condition: string): string => `permit (principal, action, resource) when { ${condition} };`;
  const { access_policy_nesting_max: deep, access_policy_marks_max: marks } = LIMITS;
  for (const condition of [`${'('.repeat(deep)}true${')'.repeat(deep)}`, `${'['.repeat(2_000)}${']'.repeat(2_000)} == []`, Array(marks).fill('true').join(' || '), `1${' + 1'.repeat(1_000)} == 2`, `${'if true then true else '.repeat(2_000)}true`, `principal${'.name'.repeat(2_000)} == 1`, `${'!'.repeat(3_000)}true`]) {
    assert.deepEqual(problemsOf(when(condition)), ['error too_large 1:1'], condition.slice(0, 60));
  }
  assert.deepEqual(problemsOf(' '.repeat(LIMITS.access_bytes_max + 1)), ['error too_large 1:1']);
  assert.deepEqual(problemsOf('permit(principal,action,resource);'.repeat(LIMITS.access_policies_max + 1)), ['error too_many 1:1']);
  // The deepest and longest that is let through, of each shape.
  const most = marks - 6;
  for (const condition of [`${'('.repeat(deep - 1)}true${')'.repeat(deep - 1)}`, Array(most).fill('true').join(' || '), Array(most).fill('true').join(' && '), `1${' + 1'.repeat(most - 1)} == 2`, `${'if true then true else '.repeat(Math.floor(most / 3))}true`, `[${'"x",'.repeat(4_000)}"y"].contains(resource.key)`]) {
    const text = when(condition);
    assert.ok(checkText(cedar, text).problems.every(({ code }) => code === 'schema'), condition.slice(0, 60));
    assert.ok(cedar.decide('deep', { deep: text }, { principal: { type: 'Person', id: 'a' }, action: { type: 'Action', id: 'field.read' }, resource: { type: 'Field', id: 'k' }, entities: [{ uid: { type: 'Field', id: 'k' }, attrs: { key: 'y' }, parents: [] }] }).failed.length === 0);
  }
  assert.deepEqual(problemsOf(when('true')), [], 'the engine still answers');
});
