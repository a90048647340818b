/**
 * What the record of a query adds to its time: with it the filter is minimized, the record written and synced, and the log told of it meanwhile.
 */
import { join } from 'node:path';
import { FilterTexts } from '#dry-run/filter-text';
import { deriveKey } from '#keys';
import { DEFAULT_TENANT, type Reader } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { Records } from '#records';
import { pairUp, withStore, type Added } from './paired-consoles.ts';

export interface AuditFigures {
  readonly asked: readonly Added[];
}

const READER: Reader = { id: 'a_0000000000000001', name: 'ana', tenant: DEFAULT_TENANT, kind: 'person', roles: ['viewer'], groups: [], scopes: null };

export async function measureAudit(pairs: number): Promise<AuditFigures> {
  return withStore(async ({ store, control, dataDir, rootKey, parts }) => {
    const records = await Records.start({ control, store, key: deriveKey(rootKey, 'records'), journal: { directory: join(dataDir, 'access'), key: deriveKey(rootKey, 'access') } });
    const policy = compilePolicy(DEFAULT_POLICY);
    const filters = new FilterTexts(() => policy, null);
    const recorder = { record: records.record.bind(records), digestOf: records.digestOf.bind(records), minimized: filters.minimize.bind(filters) };
    const plain = { ...parts, authenticator: { reader: () => READER } };
    try {
      return { asked: await pairUp(plain, { ...plain, records: recorder }, pairs) };
    } finally {
      await records.stop();
    }
  });
}
