/** How far the log is published: what a running server says over the admin socket, or what its last process left beside the keys. */
import { join } from 'node:path';

import type { Config } from '#config';
import type { PublisherStatus, WitnessStatus } from '#publish';
import { isRefusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import { requireDataDirectory } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { orFail } from './options.ts';
import { printable, tableText, timeText } from './table.ts';

export interface LogPublisher {
  status(): PublisherStatus;
}

export interface PublishedLog extends Omit<PublisherStatus, 'size'> {
  /** Whether a server runs, which alone knows of entries that are not published, and of witnesses. */
  readonly running: boolean;
  readonly size: number | null;
}

export async function publishedLog({ data, logKeys }: Pick<Config, 'data' | 'logKeys'>): Promise<PublishedLog> {
  requireDataDirectory(data);
  const answer = await askAdmin(adminSocketPath(data), 'log');
  if (answer !== NO_SERVER) {
    const status = isRefusal(answer) ? orFail(answer) : answer;
    if (!isStatus(status)) throw new Error('cannot read the answer of the running server');
    return { running: true, ...status };
  }
  const [{ readLogVkeys }, { readPublished, showPublished }] = await Promise.all([import('#log'), import('#publish')]);
  const vkeys = readLogVkeys(logKeys);
  if (vkeys === null) throw new OperatorError(`cannot find the log in ${logKeys}: the first start of the server makes it; if it was told another folder with --log-keys, say so here too`);
  const origin = vkeys[0]?.split('+', 1)[0] ?? '';
  const published = readPublished(join(logKeys, 'published'), origin, vkeys);
  return { running: false, origin, vkeys, size: null, published: showPublished(published), quorum: 0, held: null, witnesses: [] };
}

/** A sentence, and a table of witnesses if there are any. */
export function stateText({ running, origin, size, published, held, witnesses }: PublishedLog): string {
  const name = printable(origin);
  const lines = [
    published === null
      ? `The log ${name} has published no checkpoint yet${size === null ? '' : ` and has ${entriesText(size)}`}.`
      : `The log ${name} has published ${entriesText(published.size)}${published.signed === null ? '' : `, signed ${timeText(Date.parse(published.signed))}`}${size === null ? '' : `, of ${size}`}.`,
  ];
  if (!running) lines.push('No server runs: this is what it left.');
  if (held !== null) lines.push(`Held back: ${held}`);
  if (witnesses.length > 0) lines.push('', tableText(['WITNESS', 'AT', 'STATE', 'SIZE', 'COSIGNED', 'WHY NOT NEWER'], witnesses.map(rowOf)));
  else if (running) lines.push('No witness is configured, so nobody but you would see it if the log were replaced by another one: see docs/operate/witness.md.');
  return lines.join('\n');
}

function rowOf({ name, host, state, size, cosigned, failure }: WitnessStatus): readonly string[] {
  return [name, host, state, size === null ? '-' : String(size), cosigned === null ? '-' : timeText(Date.parse(cosigned)), failure ?? ''];
}

function entriesText(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function isStatus(value: unknown): value is PublisherStatus {
  return typeof value === 'object' && value !== null && 'origin' in value && 'witnesses' in value && Array.isArray(value.witnesses);
}
