/**
 * The browser's program: the Chromium that comes with `@sparticuz/chromium`, unpacked once beside the installed packages, or the one that
 * TRACEKEEP_CHROMIUM names.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The package's own looks into folders of the service it was made for. Without any font Chromium draws no text at all. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fonts</cachedir>
  <config></config>
</fontconfig>
`;

export interface Program {
  readonly path: string;
  /** Where its fonts are described and, on machines that lack them, its libraries. */
  readonly env: Readonly<Record<string, string>>;
}

export async function chromiumProgram(): Promise<Program> {
  const own = process.env['TRACEKEEP_CHROMIUM'];
  if (own !== undefined) return { path: own, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(`cannot run the packed Chromium on ${process.platform}-${process.arch}: name an installed Chrome or Chromium in TRACEKEEP_CHROMIUM`);
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packed = join(dirname(entry), '..', 'bin');
  const folder = join(ROOT, 'node_modules', '.cache', 'chromium-153.0.0');
  if (!existsSync(folder)) await unpack(packed, folder);
  return {
    path: join(folder, 'chromium'),
    env: { XDG_CACHE_HOME: join(folder, 'cache'), FONTCONFIG_PATH: join(folder, 'fonts'), LD_LIBRARY_PATH: [process.env['LD_LIBRARY_PATH'], join(folder, 'al2023', 'lib')].filter((part) => part !== undefined && part !== '').join(':') },
  };
}

/** A rename puts it there whole, so that a second process finds everything or nothing. */
async function unpack(packed: string, folder: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  const half = `${folder}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  const before = process.env['TMPDIR'];
  try {
    // `inflate` writes to the temporary folder, whose name it reads before it first waits.
    process.env['TMPDIR'] = half;
    const parts = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) => inflate(join(packed, name)));
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await Promise.all(parts);
    writeFileSync(join(half, 'fonts', 'fonts.conf'), FONTS);
    renameSync(half, folder);
  } catch (cause) {
    if (!existsSync(folder)) throw new Error('cannot unpack Chromium', { cause });
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}
