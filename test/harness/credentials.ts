/** A producer's key and an administrator's token for a data directory, made without a program for each. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { ControlStore } from '#control';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT } from '#model';
import { isRefusal } from '#refusal';

export async function makeCredentials(data: string): Promise<{ readonly key: string; readonly token: string }> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  try {
    const producer = await control.addProducer({ tenant: DEFAULT_TENANT, name: 'shop', services: ['*'] });
    const token = await control.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'] });
    assert.ok(!isRefusal(producer) && !isRefusal(token));
    return { key: producer.key.reveal(), token: token.secret.reveal() };
  } finally {
    control.close();
  }
}
