// The lock file: it says what package.json says, and it holds an entry for every platform's build of a package. npm
// leaves such an entry out when the registry it asks does not serve that build, and `npm ci` then refuses the lock file.

import type { Finding, Tree } from './tidy-tree.ts';

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}

const file = 'package-lock.json';
const systems: ReadonlySet<string> = new Set([
  'aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32',
]);
const processors: ReadonlySet<string> = new Set([
  'arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64',
]);

export function checkLock(tree: Tree): Finding[] {
  if (!tree.has(file)) return [];
  const lock = JSON.parse(tree.text(file)) as Lock;
  const report = (sentence: string): Finding => ({ file, line: 0, rule: 'lock', sentence });
  const differs = (['dependencies', 'devDependencies', 'optionalDependencies'] as const).filter(
    (kind) => !sameEntries(tree.manifest[kind], lock.packages['']?.[kind] ?? {}),
  );
  const missing = Object.keys(missingEntries(lock));
  return [
    ...differs.map((kind) => report(`its ${kind} are not those of package.json: run npm install`)),
    ...(missing.length === 0 ? [] : [report(`holds no entry for ${missing[0]}, so npm ci refuses it: run \`node tools/tidy.ts --write\``)]),
  ];
}

/** The text of a lock file with an entry for every optional package that npm left out. */
export function completeLock(text: string): string {
  const lock = JSON.parse(text) as Lock;
  const missing = missingEntries(lock);
  if (Object.keys(missing).length === 0) return text;
  const packages = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

function missingEntries(lock: Lock): Record<string, Entry> {
  const paths = Object.keys(lock.packages);
  const missing: Record<string, Entry> = {};
  for (const { optionalDependencies = {}, dev } of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (paths.some((path) => path.endsWith(`node_modules/${name}`)) || !/^\d/u.test(version)) continue;
      missing[`node_modules/${name}`] = { version, optional: true, ...(dev === true ? { dev } : {}), ...platformOf(name) };
    }
  }
  return missing;
}

/** The platform that such a package's name tells, so that npm does not try to fetch it elsewhere. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu'> {
  const words = name.split(/[/-]/u);
  const os = words.filter((word) => systems.has(word));
  const cpu = words.filter((word) => processors.has(word));
  return { ...(os.length > 0 ? { os } : {}), ...(cpu.length > 0 ? { cpu } : {}) };
}

function sameEntries(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
