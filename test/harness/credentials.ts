/** Credentials for a data directory, and whatever else stands in its control data, made without a program for each. */
import { mkdirSync } from 'node:fs';
import { ControlStore } from '#control';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT, type Role, type TenantId } from '#model';
import { done } from '#refusal/testing';

/** A producer's key and an administrator's token. */
export async function makeCredentials(data: string): Promise<{ readonly key: string; readonly token: string }> {
  return inControl(data, async (control) => {
    const producer = done(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'shop', services: ['*'] }));
    const token = done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'] }));
    return { key: producer.key.reveal(), token: token.secret.reveal() };
  });
}

/** What `producer add` and `token create` make, for the words behind their names; undefined where it takes more than these words. */
export async function addedProducer(data: string, name: string, services: readonly string[], more: readonly string[]): Promise<string | undefined> {
  const told = wordsOf(more, ['--tenant', '--backfill', '--spiffe', '--certificate-name']);
  if (told === undefined) return undefined;
  const wanted = { tenant: told.tenant, name, services, backfill: told.words.has('--backfill'), certificates: ['--spiffe', '--certificate-name'].flatMap((word) => told.words.get(word) ?? []) };
  return inControl(data, async (control) => done(await control.addProducer(wanted)).key.reveal());
}

export async function createdToken(data: string, role: Role, more: readonly string[]): Promise<string | undefined> {
  const told = wordsOf(more, ['--tenant', '--name']);
  if (told === undefined) return undefined;
  const name = told.words.get('--name')?.at(-1);
  return inControl(data, async (control) => done(await control.addToken({ tenant: told.tenant, roles: [role], ...(name === undefined ? {} : { name }) })).secret.reveal());
}

/** Options by their names with what was given to them; undefined where there are others. */
function wordsOf(more: readonly string[], known: readonly string[]): { readonly tenant: TenantId; readonly words: ReadonlyMap<string, string[]> } | undefined {
  const words = new Map<string, string[]>();
  let last = '';
  for (const word of more) {
    if (word.startsWith('--')) words.set((last = word), words.get(word) ?? []);
    else words.get(last)?.push(word);
  }
  if (more.length > 0 && !more[0]!.startsWith('--')) return undefined;
  if ([...words.keys()].some((word) => !known.includes(word))) return undefined;
  return { tenant: (words.get('--tenant')?.at(-1) ?? DEFAULT_TENANT) as TenantId, words };
}

/** One at a time: two within a process would wait for one another's locks without letting the other go on. */
let turn: Promise<unknown> = Promise.resolve();

/** With the control data open, before a server is started or beside it. */
export function inControl<Result>(data: string, work: (control: ControlStore) => Promise<Result>, clock: () => number = Date.now): Promise<Result> {
  return inTurn(() => openControl(data, work, clock));
}

/** For whatever opens control data in this process. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const done = turn.then(work);
  turn = done.catch(() => undefined);
  return done;
}

async function openControl<Result>(data: string, work: (control: ControlStore) => Promise<Result>, clock: () => number): Promise<Result> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  // As the program does: what is made is for its user alone.
  const mask = process.umask(0o077);
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control'), clock }).finally(() => process.umask(mask));
  try {
    return await work(control);
  } finally {
    control.close();
  }
}
