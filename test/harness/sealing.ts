/** Sealed fields in tests against a running server: a policy that seals, and every key there is, opened from the data directory by whoever has the sealing root. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decapsulate, openWindow, unwrapSubjectKey, withSealingRoot, type SealingSource } from '#keys';
import { DEFAULT_TENANT, Secret, type TenantId } from '#model';
import { Custody } from '#custody';
import { compilePolicy } from '#policy';
import { readPolicy } from '#policy/read';
import { done } from '#refusal/testing';
import { inControl } from './credentials.ts';
import type { TestServer } from './harness.ts';
import { askWell } from './exchange.ts';

/** Seals who somebody is, and what is noted of them beside it, in spans and status messages. */
export const SEALING_POLICY = `version: 2
rules:
  - { id: people, keys: [user.id], action: { seal: { subject: true } } }
  - { id: notes, keys: [note, user.email], action: seal }
  - { id: errors, for: { places: [status-message] }, action: seal }
  - { id: the-rest, recognized: any, action: replace }
`;

/** The same before a server is started. */
export async function beginWithPolicy(data: string, text: string = SEALING_POLICY): Promise<void> {
  const { document } = readPolicy(text);
  assert.ok(document !== null);
  const { text: canonical, digest } = compilePolicy(document);
  await inControl(data, async (control) => void done(await control.addPolicy({ text, canonical, digest, rules: document.rules.length, weakenings: [], note: '' }, null)));
}

export async function putPolicyInForce(server: TestServer, admin: string, text: string = SEALING_POLICY): Promise<void> {
  const { digest } = await askWell<{ digest: string }>(server, admin, '/api/v1/policy');
  const answer = await fetch(`${server.console}/api/v1/policy/apply`, { method: 'POST', headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }, body: JSON.stringify({ text, base: digest }) });
  assert.equal(answer.status, 200, await answer.text());
}

/** Makes the first key pair of a tenant, with a sealing root where `file` says, as `tracekeep keys rotate` does. */
export async function makeKeyPair(data: string, file: string, tenant: TenantId = DEFAULT_TENANT): Promise<void> {
  await inControl(data, async (control) => void done(await new Custody({ control, source: { kind: 'file', file, dataDir: data } }).rotate(tenant)));
}

export interface OpenedKeys {
  /** Private halves, by version. */
  readonly seeds: ReadonlyMap<number, Uint8Array>;
  readonly windows: readonly { readonly id: number; readonly hour: number; readonly key: Uint8Array; /** Of the key encapsulation; what the key is wrapped with. */ readonly sharedKey: Uint8Array }[];
  readonly subjects: readonly { readonly keyId: Uint8Array; readonly window: number; readonly key: Uint8Array }[];
}

/** All keys of a tenant that are not destroyed. */
export async function openAllKeys(data: string, source: SealingSource, tenant: TenantId = DEFAULT_TENANT): Promise<OpenedKeys> {
  return inControl(data, async (control) => {
    const seeds = new Map<number, Uint8Array>();
    await withSealingRoot(source, control.findSealingRoot(), async (root) => {
      for (const { version, wrapped, retired } of control.listTenantKeys(tenant)) {
        if (retired === null) seeds.set(version, Uint8Array.from((await root.unwrap(wrapped, ['tenant', tenant, version]))?.reveal() ?? assert.fail()));
      }
    });
    const rows = subjectRows(data);
    const windows = [...new Set(rows.map(({ window }) => window))].flatMap((id) => control.findWindow(id) ?? []).filter((window) => window.tenant === tenant);
    const opened = windows.map((window) => {
      const seed = new Secret(seeds.get(window.version) ?? assert.fail());
      return { id: window.id, hour: window.hour, key: openWindow(window, seed) ?? assert.fail(), sharedKey: decapsulate(seed, window.encapsulation) };
    });
    const subjects = rows.flatMap(({ keyId, window: id, wrapped }) => {
      const window = opened.find((one) => one.id === id);
      const key = window === undefined ? null : unwrapSubjectKey(window, { keyId, window: id, wrapped, tenant });
      return key === null ? [] : [{ keyId, window: id, key: key.reveal() }];
    });
    return { seeds, windows: opened.map(({ id, hour, key, sharedKey }) => ({ id, hour, key: key.reveal(), sharedKey: sharedKey.reveal() })), subjects };
  });
}

interface SubjectRow {
  readonly keyId: Uint8Array;
  readonly window: number;
  readonly wrapped: Uint8Array;
}

function subjectRows(data: string): readonly SubjectRow[] {
  const database = new DatabaseSync(join(data, 'control', 'control.sqlite'), { readOnly: true });
  try {
    return database.prepare('SELECT key AS keyId, window, wrapped FROM subject_keys ORDER BY row').all() as unknown as SubjectRow[];
  } finally {
    database.close();
  }
}
