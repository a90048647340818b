/**
 * What a test file does before its first test and after its last, where several files share a process: there, node's own hooks at the top of a file
 * belong to the process, and would put up everything of all files at once.
 */
import { after, beforeEach } from 'node:test';

const preparing = new Map<string, () => Promise<void>>();
const prepared = new Map<string, Promise<void>>();
let current: string | undefined;
let endings: (() => Promise<void>)[] = [];

beforeEach(async ({ filePath }) => {
  if (filePath === undefined) return;
  if (filePath !== current) {
    await endFile();
    current = filePath;
  }
  // If it fails, every test of the file does.
  if (!prepared.has(filePath)) prepared.set(filePath, preparing.get(filePath)?.() ?? Promise.resolve());
  await prepared.get(filePath);
});
after(endFile);

/** `file`: `import.meta.filename`. */
export function beforeFile(file: string, prepare: () => Promise<void>): void {
  preparing.set(file, prepare);
}

/** Of the file whose tests run now. The latest comes first. */
export function afterFile(end: () => Promise<void>): void {
  endings.unshift(end);
}

async function endFile(): Promise<void> {
  const all = endings;
  endings = [];
  for (const end of all) await end();
}
