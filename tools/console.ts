// Builds the console into console/dist when its sources are newer than what is there: `npm start` and `npm run demo` call
// it, `serve` does not. The new files take the place of the old ones at once, so that a running server never
// meets half a build.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the built files: the digest of the sources that they were made of. */
const stampName = '.built-from';

export interface ConsoleBuild {
  /** True if there was nothing to do. */
  readonly fresh: boolean;
  readonly tookMs: number;
}

/** What the build depends on: the workspace's files without tests and words, those of the server that it loads, and the packages that are installed. */
export function sourcesDigest(root: string): string {
  const hash = createHash('sha256');
  for (const name of ['package-lock.json', 'tsconfig.json']) hash.update(readFileSync(join(root, name)));
  for (const path of ['console', ...serverFolders(root)].flatMap((folder) => sources(join(root, folder), `${folder}/`))) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

export async function buildConsole(root: string, say: (text: string) => void): Promise<ConsoleBuild> {
  const began = performance.now();
  const dist = join(root, 'console', 'dist');
  const digest = sourcesDigest(root);
  if (stampOf(dist) === digest) return { fresh: true, tookMs: performance.now() - began };
  say('building the console (a few seconds, after a change only)');
  const building = `${dist}-${process.pid}`;
  try {
    await runVite(root, building);
    writeFileSync(join(building, stampName), digest);
    const old = `${building}-old`;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(building, dist);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return { fresh: false, tookMs: performance.now() - began };
}

function stampOf(dist: string): string {
  try {
    return readFileSync(join(dist, stampName), 'utf8');
  } catch {
    return '';
  }
}

/** The folders of the server that console/package.json leads to. Of types nothing is left in a build. */
function serverFolders(root: string): string[] {
  const { imports } = JSON.parse(readFileSync(join(root, 'console', 'package.json'), 'utf8')) as { readonly imports: Readonly<Record<string, string>> };
  const names = Object.values(imports).filter((target) => !target.endsWith('/answer-types.ts')).flatMap((target) => /^\.\/server\/([a-z]+)\//u.exec(target)?.[1] ?? []);
  return [...new Set(names)].map((name) => join('src', name));
}

function sources(folder: string, prefix: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${prefix}${entry.name}`;
      if (/^(?:node_modules|dist.*|\..*)$/u.test(entry.name)) return [];
      // The link to the server's folder is neither.
      if (entry.isSymbolicLink()) return [];
      if (entry.isDirectory()) return sources(join(folder, entry.name), `${path}/`);
      return /\.(?:test\.ts|md)$/u.test(path) ? [] : [path];
    });
}

async function runVite(root: string, outDir: string): Promise<void> {
  const args = [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  const child = spawn(process.execPath, args, { cwd: join(root, 'console'), stdio: ['ignore', 2, 2], env: { ...process.env, NODE_ENV: 'production' } });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) throw new Error(`cannot build the console: vite ended with ${code ?? 'a signal'}`);
}

if (import.meta.main) {
  try {
    const { fresh, tookMs } = await buildConsole(join(import.meta.dirname, '..'), (text) => process.stderr.write(`tracekeep: ${text}\n`));
    if (!fresh) process.stderr.write(`tracekeep: console built in ${(tookMs / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write(`tracekeep: ${error instanceof Error ? error.message : 'cannot build the console'}\n`);
    process.exitCode = 1;
  }
}
