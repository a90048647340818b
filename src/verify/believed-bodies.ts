/** Bodies that are believed: each belongs to its entry of the log. What is in them is added up on the way. */
import { ENTRY_TYPES } from '#model';
import { AccountSums } from './accounts.ts';
import { accountsOf, belongsTo, blockBodyOf, blockPlace, namedType, recordsIn, type BlockBody, type Body } from './bodies.ts';
import { finding } from './finding.ts';
import type { FindingList } from './finding-list.ts';
import type { Unread } from './unread.ts';

export interface BelievedBodiesParts {
  readonly findings: FindingList;
  readonly unread: Unread;
  /** Hears of a block that is named by a body that is in doubt. */
  readonly name: (block: number) => void;
}

export class BelievedBodies {
  readonly #parts: BelievedBodiesParts;
  readonly account = new AccountSums();
  /** Records of who did what. */
  records = 0;
  /** Some body is not believed, or cannot be read: then there is no sum to compare the account with. */
  doubted = false;

  constructor(parts: BelievedBodiesParts) {
    this.#parts = parts;
  }

  /** The bodies of blocks, if they are those of their entries; whatever else is wrong is found. */
  *of(bodies: readonly Body[], entries: readonly Uint8Array[], from: number): Generator<BlockBody> {
    const { findings, unread, name } = this.#parts;
    const byIndex = Map.groupBy(bodies, ({ index }) => index);
    for (const [at, entry] of entries.entries()) {
      const index = from + at;
      if (unread.hasEntry(index)) {
        this.doubted = true;
        continue;
      }
      const rows = byIndex.get(index) ?? [];
      const body = rows.find((one) => belongsTo(one, entry));
      const place = { places: [{ entry: index, ...blockPlace(rows) }] };
      if (rows.length === 0) findings.add([finding('log-body', `body ${index}`, `The body of entry ${index} is gone${namedType(entry)}.`, place)]);
      else if (body === undefined) findings.add([finding('log-body', `body ${index}`, `The body of entry ${index} is not the one that the log commits to${namedType(entry)}.`, place)]);
      else if (rows.length > 1) findings.add([finding('log-body', `bodies ${index}`, `Entry ${index} has ${rows.length} bodies, of which one is its own.`, place)]);
      if (body === undefined) {
        // In doubt, and said so: the block is not added besides, and there is no sum to compare the account with.
        this.doubted = true;
        for (const { type, block } of rows) if (type === ENTRY_TYPES.block) name(block);
        continue;
      }
      const accounts = accountsOf(body);
      if (accounts !== null) this.account.add(accounts.tenant, accounts.accounts);
      if (body.type !== ENTRY_TYPES.block) {
        this.records += recordsIn(body);
        continue;
      }
      const block = blockBodyOf(body);
      if (block === null) findings.add([finding('log-body', `body ${index}`, `The body of entry ${index} is the one that was logged, and does not say what the body of a block must say.`, place)]);
      else if (block.block !== body.block || block.rows !== body.rows || block.tenant !== body.tenant) {
        findings.add([finding('log-body', `columns ${index}`, `Beside the body of entry ${index} stands another block, number of rows or tenant than in it.`, { ...place, tenant: block.tenant })]);
        yield block;
      } else yield block;
    }
  }
}
