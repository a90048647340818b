// A source file as the checks see it: parsed once, with its imports, comments and string literals at hand.

import { parseSync, Visitor, type Comment, type Node, type Program } from 'oxc-parser';
import { codeFolders, isCode, lineAt, type Tree } from './tidy-tree.ts';

export interface Import {
  readonly specifier: string;
  /** True if nothing of the import is left when the types are stripped. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Module {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  /** Every string literal and template part. */
  readonly strings: readonly string[];
  readonly lineOf: (offset: number) => number;
}

/** A file that does not parse, which is a finding of its own. */
export interface Unparsed {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Parses every code file of some folders. */
export function readModules(tree: Tree, folders: readonly string[] = codeFolders): { modules: Module[]; unparsed: Unparsed[] } {
  const modules: Module[] = [];
  const unparsed: Unparsed[] = [];
  for (const path of tree.files) {
    if (!isCode(path) || !folders.some((folder) => path.startsWith(`${folder}/`))) continue;
    const read = readModule(path, tree.text(path));
    if ('program' in read) modules.push(read);
    else unparsed.push(read);
  }
  return { modules, unparsed };
}

/** Calls back for every node of a program, whatever its type. */
export function visitAll(program: Program, see: (node: Node) => void): void {
  const types = ['CallExpression', 'TSAnyKeyword', 'ExportDefaultDeclaration', 'TSImportType', 'ImportExpression'] as const;
  new Visitor(Object.fromEntries([...types, 'Literal', 'TemplateElement'].map((type) => [type, see]))).visit(program);
}

function readModule(path: string, text: string): Module | Unparsed {
  const parsed = parseSync(path, text, { sourceType: 'module' });
  const lineOf = (offset: number): number => lineAt(text, offset);
  const [error] = parsed.errors;
  if (error !== undefined) return { path, line: lineOf(error.labels[0]?.start ?? 0), message: error.message };
  const { program, comments } = parsed;
  const imports: Import[] = [];
  const strings: string[] = [];
  const add = (source: { value: unknown; start: number } | null, typeOnly: boolean): void => {
    if (typeof source?.value === 'string') imports.push({ specifier: source.value, typeOnly, line: lineOf(source.start) });
  };
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') add(node.source, node.importKind === 'type');
    if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') add(node.source, node.exportKind === 'type');
  }
  visitAll(program, (node) => {
    if (node.type === 'ImportExpression' && node.source.type === 'Literal') add(node.source, false);
    if (node.type === 'TSImportType') add(node.source, true);
    if (node.type === 'Literal' && typeof node.value === 'string') strings.push(node.value);
    if (node.type === 'TemplateElement') strings.push(node.value.raw);
  });
  return { path, text, program, comments, imports, strings, lineOf };
}
