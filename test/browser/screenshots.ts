/** Takes the README's pictures of the console: `node test/browser/screenshots.ts` writes docs/images/*.png, or those alone that are named: `… access audit`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Theme } from './chromium.ts';
import { smallPng } from './small-png.ts';

const ROOT = join(import.meta.dirname, '../..');
const IMAGES = join(ROOT, 'docs/images');
const BYTES_MAX = 200_000;

const PICTURES: readonly { readonly name: string; readonly page: string; readonly theme: Theme; readonly steps?: string; readonly seed?: string; readonly role?: string }[] = [
  { name: 'search', page: '/search', theme: 'light' },
  { name: 'trace', page: '/traces/{declined}', theme: 'light', steps: 'see:text=Verified by this browser' },
  { name: 'proof', page: '/traces/{checkout}?proof=shown', theme: 'dark', steps: 'see:text=Known since' },
  { name: 'compare', page: '/compare/{checkout}/{slow}', theme: 'light' },
  { name: 'services', page: '/services', theme: 'light' },
  { name: 'map', page: '/map', theme: 'dark' },
  { name: 'integrity', page: '/integrity', theme: 'light', steps: 'click:text=Verify everything now;see:text=Everything is as it was stored' },
  { name: 'policy', page: '/policy/edit?service=frontend&key=client.address&kind=ip&place=span', theme: 'light', steps: 'see:text=Tried on' },
  { name: 'access', page: '/access', theme: 'light', steps: 'fill:input[placeholder="ana"]=vera;click:role=button[name="Begin with an example"];fill:input[placeholder^="service:"]=service:payments@production;click:role=button[name="Ask"];see:text=Decided by' },
  { name: 'audit', page: '/traces/{declined}', theme: 'light', steps: 'see:text=Verified by this browser;goto:/audit;see:role=table' },
  { name: 'reveal', page: '/traces/{checkout}', theme: 'light', seed: 'sealed', role: 'investigator', steps: 'see:text=Verified by this browser;press:o;see:role=dialog;click:text=enduser.id >> nth=-1;click:text=mail.to >> nth=-1;fill:textarea=incident 4711: who got the mail;click:role=button[name="Reveal 2 fields"];see:text=closes in' },
  { name: 'ingest', page: '/ingest', theme: 'light' },
];

mkdirSync(IMAGES, { recursive: true });
const look = (...words: string[]): Buffer => execFileSync(process.execPath, [join(import.meta.dirname, 'look.ts'), '--as', 'pictures', ...words], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const named = process.argv.slice(2);
  for (const { name, page, theme, steps = '', seed = 'hours', role = 'admin' } of PICTURES.filter((one) => named.length === 0 || named.includes(one.name))) {
    const out = join(IMAGES, `${name}.png`);
    process.stdout.write(look('--keep', '--seed', seed, '--role', role, '--page', page, '--theme', theme, '--steps', steps, '--out', out));
    const picture = smallPng(readFileSync(out));
    writeFileSync(out, picture);
    const size = picture.length;
    if (size > BYTES_MAX) throw new Error(`cannot keep ${name}.png: ${size} bytes are more than ${BYTES_MAX}`);
    console.log(`  ${Math.round(size / 1_000)} kB`);
  }
} finally {
  for (const { seed = 'hours' } of PICTURES) look('--stop', '--seed', seed);
}
