// What a source file may not contain: ways around the compiler, default exports, barrels, notes to self, skipped
// tests; and what it must: an opening paragraph, and a reason if it is long.

import type { CallExpression, Expression, Node, ObjectExpression } from 'oxc-parser';
import { isTest, type Finding } from './tidy-tree.ts';
import { visitAll, type Module } from './tidy-modules.ts';

/** A longer file says in its opening paragraph why: "Long because …". */
const linesMax = 400;
const openingCharsMin = 20;

const suppression = /@ts-(?:ignore|expect-error|nocheck)|eslint-disable|biome-ignore|prettier-ignore/u;
const noteToSelf = /\b(?:TODO|FIXME|XXX)\b/u;
const testFunctions: ReadonlySet<string> = new Set(['test', 'it', 'describe', 'suite', 't', 'ctx', 'context']);
const notRun: ReadonlySet<string> = new Set(['skip', 'only', 'todo']);

type Report = (offset: number, rule: string, sentence: string) => void;

export function checkSource(module: Module): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (offset, rule, sentence) =>
    findings.push({ file: module.path, line: module.lineOf(offset), rule, sentence });
  checkComments(module, report);
  checkNodes(module, report);
  checkShape(module, report);
  return findings;
}

function checkComments(module: Module, report: Report): void {
  for (const comment of module.comments) {
    if (suppression.test(comment.value)) report(comment.start, 'suppression', 'make it right instead of silencing the tool');
    if (noteToSelf.test(comment.value)) report(comment.start, 'todo', 'do it now or file it: a note in the code is read by nobody');
  }
}

function checkNodes(module: Module, report: Report): void {
  visitAll(module.program, (node) => {
    if (node.type === 'TSAnyKeyword') report(node.start, 'any', 'say unknown, or the type');
    // Vite reads its configuration as a default export.
    if (node.type === 'ExportDefaultDeclaration' && !module.path.endsWith('/vite.config.ts')) report(node.start, 'default-export', 'export it by its name');
    if (node.type === 'CallExpression' && isTest(module.path)) checkCall(node, report);
  });
}

function checkCall(call: CallExpression, report: Report): void {
  const sentence = 'a test that does not run proves nothing: make it run or take it out';
  if (!testFunctions.has(rootName(call.callee))) return;
  const { callee } = call;
  if (callee.type === 'MemberExpression' && !callee.computed && notRun.has(nameOf(callee.property))) {
    report(callee.property.start, 'skipped', sentence);
  }
  for (const argument of call.arguments) {
    if (argument.type !== 'ObjectExpression') continue;
    for (const name of optionsThatSkip(argument)) report(name.start, 'skipped', sentence);
  }
}

function optionsThatSkip(options: ObjectExpression): Node[] {
  return options.properties.flatMap((property) => {
    if (property.type !== 'Property' || !notRun.has(nameOf(property.key))) return [];
    const off = property.value.type === 'Literal' && property.value.value === false;
    return off ? [] : [property.key];
  });
}

/** The identifier on which a callee such as `test.skip` or `it` rests. */
function rootName(callee: Expression): string {
  return callee.type === 'MemberExpression' ? rootName(callee.object) : nameOf(callee);
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : '';
}

function checkShape(module: Module, report: Report): void {
  const { body } = module.program;
  const passesOn = body.filter((node) => isPassedOn(node));
  if (passesOn.length > 0 && body.every((node) => node.type === 'ImportDeclaration' || isPassedOn(node))) {
    report(0, 'barrel', 'a file that only passes on what others export hides where things are');
  }
  const opening = openingOf(module);
  if (!isTest(module.path) && opening.length < openingCharsMin) {
    report(0, 'opening', 'begin with a short paragraph that says what this file is');
  }
  const lines = module.text.split('\n').length - 1;
  if (lines > linesMax && !opening.includes('Long because')) {
    report(0, 'length', `${lines} lines: divide it, or give the reason in its first paragraph ("Long because …")`);
  }
}

function isPassedOn(node: Module['program']['body'][number]): boolean {
  if (node.type === 'ExportAllDeclaration') return true;
  return node.type === 'ExportNamedDeclaration' && node.declaration === null && node.specifiers.length > 0;
}

/** The comments before the first statement, up to the first blank line. */
function openingOf(module: Module): string {
  const first = module.program.body[0]?.start ?? module.text.length;
  const [begin] = module.comments;
  if (begin === undefined || begin.start > first || module.lineOf(begin.start) > 2) return '';
  const paragraph = module.text.slice(begin.start, first);
  return paragraph.slice(0, paragraph.search(/\n\s*\n|$/u)).replace(/[/*\s]+/gu, ' ');
}
