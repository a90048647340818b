/** The statement of a block's entry: what the log says of a block, in the words of docs/reference/log-format.md. */
import { HASH_BYTES } from '#merkle';
import { Wrong } from './flaw.ts';
import { base64Of, naturalOf, requiredText, type Members } from './reading.ts';
import { parseStrict } from './strict-json.ts';

/** The type of such an entry. */
export const BLOCK_ENTRY = 1;

export interface BlockStatement {
  readonly tenant: string;
  readonly block: number;
  readonly rows: number;
  /** Of the tree of its span entries. */
  readonly root: Uint8Array;
  /** SHA-256 of the policy in force, hexadecimal. */
  readonly policy: string;
}

/** Throws `Wrong`. Members that a later version adds do no harm: the log proves the whole text. */
export function readStatement(text: string): BlockStatement {
  const parsed = parseStrict(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Wrong('document_malformed', 'statement');
  const statement = parsed as Members;
  return {
    tenant: requiredText(statement['tenant'], 'statement.tenant'),
    block: naturalOf(statement['block'], 'statement.block'),
    rows: naturalOf(statement['rows'], 'statement.rows'),
    root: base64Of(statement['root'], HASH_BYTES, 'statement.root'),
    policy: requiredText(statement['policy'], 'statement.policy'),
  };
}
