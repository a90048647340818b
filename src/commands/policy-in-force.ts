/** The policy in force in a data directory, as verbs that store nothing go by it, and the key of its pseudonyms. */
import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { Config } from '#config';
import { Secret } from '#model';
import type { CompiledPolicy } from '#policy';

export interface PolicyInForce {
  readonly policy: CompiledPolicy;
  /** Of the data directory; a new one where there is none, whose pseudonyms nobody else makes. */
  readonly pseudonymKey: Secret<Uint8Array>;
}

/** Where there is no data directory, or none of its servers has started yet, the default policy would be in force. */
export async function policyInForce({ data, rootKeyFile }: Config): Promise<PolicyInForce> {
  const { compilePolicy, DEFAULT_POLICY } = await import('#policy');
  if (!existsSync(join(data, 'key.check'))) return { policy: compilePolicy(DEFAULT_POLICY), pseudonymKey: new Secret(new Uint8Array(randomBytes(32))) };
  const [{ openRootKey, deriveKey }, { ControlStore }, { compiledVersion }] = await Promise.all([import('#keys'), import('#control'), import('#enact/live')]);
  const root = openRootKey({ file: rootKeyFile, dataDir: data });
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(root, 'control') });
  try {
    const found = control.findPolicy();
    return { policy: found === null ? compilePolicy(DEFAULT_POLICY) : compiledVersion(found), pseudonymKey: deriveKey(root, 'pseudonyms') };
  } finally {
    control.close();
  }
}

/** The policy of a file, checked. */
export async function policyOfFile(file: string): Promise<CompiledPolicy> {
  const [{ compilePolicy }, { policyOf }] = await Promise.all([import('#policy'), import('./policy-file.ts')]);
  return compilePolicy((await policyOf(file)).document);
}
