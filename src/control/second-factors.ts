/**
 * The second factor of an account: added when its first code was right, used up code by code, taken away with one, or reset for somebody who lost it.
 * A code is looked at outside, where the time is known; that it was not taken before is decided here, in the transaction that takes it.
 */
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import { endSessionsOf, findAccount, tellOfAccount, writeAccount } from './account-rows.ts';
import type { Change, Named } from './change.ts';
import type { AccountRecord, SecondFactor } from './records.ts';
import type { ControlRows } from './rows.ts';

/** A code that fits the second factor which began at `since`. */
export type CodeProof = { readonly since: number } & ({ readonly is: 'code'; readonly step: number } | { readonly is: 'recovery code'; readonly hash: string });

/** All of them but `renewRecoveryCodes` end the sessions of the account. */
export function secondFactorsIn(rows: ControlRows) {
  return {
    /** Refusals: name_unknown, name_taken. */
    async addSecondFactor(named: Named, factor: SecondFactor, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => addSecondFactor(change, named, factor));
    },

    /** Refusals: name_unknown, sign_in_failed. */
    async removeSecondFactor(named: Named, proof: CodeProof, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => removeSecondFactor(change, named, proof));
    },

    /** Takes away the second factor of somebody who lost it. Refusals: name_unknown. */
    async resetSecondFactor(named: Named, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => resetSecondFactor(change, named));
    },

    /** Refusals: name_unknown, sign_in_failed. */
    async renewRecoveryCodes(named: Named, proof: CodeProof, hashes: readonly string[], by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => renewRecoveryCodes(change, named, proof, hashes));
    },
  };
}

async function addSecondFactor(change: Change, named: Named, factor: SecondFactor): Promise<AccountRecord | Refusal> {
  const before = await findAccount(change, named);
  if (before === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  if (before.secondFactor !== null) return refuse('name_taken', 'a second factor of this account');
  // What began without a code ends.
  return write(change, before, factor, 'second factor added');
}

async function removeSecondFactor(change: Change, named: Named, proof: CodeProof): Promise<AccountRecord | Refusal> {
  const before = await findAccount(change, named);
  if (before === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  return leftOf(before.secondFactor, proof) === null ? refuse('sign_in_failed', 'the code') : write(change, before, null, 'second factor removed');
}

async function resetSecondFactor(change: Change, named: Named): Promise<AccountRecord | Refusal> {
  const before = await findAccount(change, named);
  if (before === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  return before.secondFactor === null ? refuse('name_unknown', 'a second factor of this account') : write(change, before, null, 'second factor reset');
}

async function renewRecoveryCodes(change: Change, named: Named, proof: CodeProof, recovery: readonly string[]): Promise<AccountRecord | Refusal> {
  const before = await findAccount(change, named);
  if (before === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  const left = leftOf(before.secondFactor, proof);
  if (left === null) return refuse('sign_in_failed', 'the code');
  const account = { ...before, secondFactor: { ...left, recovery } };
  await writeAccount(change, account);
  await tellOfAccount(change, account, ['recovery codes']);
  return account;
}

/** What is left when the code is taken; null if it was taken before, or the second factor is another one now. */
export function leftOf(factor: SecondFactor | null, proof: CodeProof): SecondFactor | null {
  if (factor === null || factor.since !== proof.since) return null;
  if (proof.is === 'code') return proof.step > factor.step ? { ...factor, step: proof.step } : null;
  return factor.recovery.includes(proof.hash) ? { ...factor, recovery: factor.recovery.filter((hash) => hash !== proof.hash) } : null;
}

async function write(change: Change, before: AccountRecord, secondFactor: SecondFactor | null, what: string): Promise<AccountRecord> {
  const account = { ...before, secondFactor };
  await writeAccount(change, account);
  await endSessionsOf(change, account.id);
  await tellOfAccount(change, account, [what]);
  return account;
}
