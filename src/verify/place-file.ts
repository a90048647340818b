/** What verification in the background knows from earlier processes, in one sealed file. Whoever exchanges it can make it look at something later, once. */
import { existsSync, readFileSync } from 'node:fs';
import { FILES, replaceFile, type Files } from '#files';
import { Sealer } from '#keys';
import type { Secret } from '#model';
import type { FullPass, Place } from './background.ts';

export interface Known {
  readonly full: FullPass | null;
  readonly place: Place | null;
}

const PLACE = Buffer.from('place');

export class PlaceFile {
  readonly #path: string;
  readonly #sealer: Sealer;
  readonly #files: Files;

  constructor(path: string, key: Secret<Uint8Array>, files: Files = FILES) {
    this.#path = path;
    this.#sealer = new Sealer(key, 'verified');
    this.#files = files;
  }

  /** Null if there is none, or none that can be believed: then everything begins anew. */
  async read(): Promise<Known | null> {
    if (!existsSync(this.#path)) return null;
    const text = this.#sealer.open(PLACE, readFileSync(this.#path));
    return text === null ? null : (JSON.parse(Buffer.from(text).toString('utf8')) as Known);
  }

  write(known: Known): Promise<void> {
    return replaceFile(this.#files, this.#path, Buffer.concat(this.#sealer.seal(PLACE, [Buffer.from(JSON.stringify(known))])));
  }
}
