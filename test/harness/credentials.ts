/** Credentials for a data directory, and whatever else stands in its control data, made without a program for each. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { ControlStore } from '#control';
import { deriveKey, openRootKey } from '#keys';
import { DEFAULT_TENANT } from '#model';
import { isRefusal, type Refusal } from '#refusal';

/** A producer's key and an administrator's token. */
export async function makeCredentials(data: string): Promise<{ readonly key: string; readonly token: string }> {
  return inControl(data, async (control) => {
    const producer = well(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'shop', services: ['*'] }));
    const token = well(await control.addToken({ tenant: DEFAULT_TENANT, roles: ['admin'] }));
    return { key: producer.key.reveal(), token: token.secret.reveal() };
  });
}

/** With the control data open, before a server is started or beside it. */
export async function inControl<Result>(data: string, work: (control: ControlStore) => Promise<Result>, clock: () => number = Date.now): Promise<Result> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control'), clock });
  try {
    return await work(control);
  } finally {
    control.close();
  }
}

export function well<Result>(result: Result | Refusal): Result {
  assert.ok(!isRefusal(result), JSON.stringify(result));
  return result;
}
