/** What is known of the sealing root, which is elsewhere: of which kind it is, and by what the right one is recognised. One row, made with the first key pair. */
import type { SealingRootRecord } from '#keys';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';

const PLACE = 'sealing_root';

export function sealingRootIn(rows: ControlRows) {
  return {
    /** Null until there is one. */
    findSealingRoot(): SealingRootRecord | null {
      const [row] = rows.read(rows.kysely.selectFrom('sealing_root').select('sealed'));
      return row === undefined ? null : (rows.sealer.open(PLACE, row.sealed) as SealingRootRecord);
    },

    /** The one that is there, where another process was first. */
    async addSealingRoot(wanted: SealingRootRecord, by: Actor = COMMAND_LINE): Promise<SealingRootRecord> {
      return rows.change(by, (change) => addSealingRoot(change, wanted));
    },
  };
}

async function addSealingRoot(change: Change, wanted: SealingRootRecord): Promise<SealingRootRecord> {
  const row = await change.rows.selectFrom('sealing_root').select('sealed').executeTakeFirst();
  if (row !== undefined) return change.sealer.open(PLACE, row.sealed) as SealingRootRecord;
  await change.rows.insertInto('sealing_root').values({ id: 1, sealed: change.sealer.seal(PLACE, wanted) }).execute();
  await tellLog(change, 'key', { what: 'sealing root', kind: wanted.kind });
  return wanted;
}
