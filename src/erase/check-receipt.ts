/**
 * The check of a receipt, offline: that the log whose keys the reader trusts has the entry, that the entry has the commitment of the receipt, and whom that is about. What the
 * receipt says besides (how many spans, which places are out of reach) is what the server said then, and is not proved.
 */
import { commitmentOf, parseEntry } from '#evidence';
import { sha256, verifyNatively } from '#keys/signing';
import { checkEntry, flawText, fromBase64, isFlaw, openNote, parseNote, sameBytes, type OpenedNote, type Verifier } from '#merkle';
import { ENTRY_TYPES } from '#model';
import type { Receipt } from './answer-types.ts';
import { isAbout } from './receipt.ts';

export interface CheckedReceipt {
  readonly receipt: Receipt;
  /** By the clock of the log. */
  readonly time_ms: number;
  /** Names of the keys that signed. */
  readonly signedBy: readonly string[];
  readonly leaf: Uint8Array;
  /** Null: nobody was named. */
  readonly isAbout: boolean | null;
}

/** What is wrong with it, in a sentence that begins with a small letter, or what it proves. Nothing in it is believed before. */
export function checkReceipt(text: string, verifiers: readonly Verifier[], subject: string | null): CheckedReceipt | { readonly wrong: string } {
  const receipt = receiptIn(text);
  if (receipt === null) return { wrong: 'it is no receipt of an erasure, or not whole' };
  const { id, tenant, entry, keys, commitment, log } = receipt;
  const note = parseNote(Buffer.from(log.checkpoint));
  const opened = isFlaw(note) ? note : openNote(note, verifiers, verifyNatively);
  if (isFlaw(opened)) return { wrong: `its checkpoint is not signed by the log: ${flawText(opened)}` };
  if (!verifiers.some(({ name }) => name === log.origin) || !isOf(opened, log.origin)) return { wrong: 'its checkpoint is of another log' };
  const [leaf, root, closed, ...proof] = [log.leaf, log.root, log.closed, ...log.proof].map((one) => fromBase64(one));
  if (leaf === undefined || root === undefined || closed?.length !== 32 || proof.some((one) => one === undefined)) return { wrong: 'something in it is not in base64' };
  const checkpoint = checkEntry(sha256, opened, log.origin, leaf, entry, proof as Uint8Array[]);
  if (isFlaw(checkpoint)) return { wrong: `the entry is not in the log: ${flawText(checkpoint)}` };
  if (checkpoint.size !== log.size || !sameBytes(checkpoint.root, root)) return { wrong: 'the tree that it names is not the one that was signed' };
  const said = parseEntry(leaf);
  if (said?.type !== ENTRY_TYPES.erasure) return { wrong: 'the entry tells of no erasure' };
  if (!log.statement.isWellFormed() || !sameBytes(said.commitment, commitmentOf(sha256, log.statement, closed))) return { wrong: 'the statement is not the one that the log commits to' };
  const statement = objectIn(log.statement);
  const same = { what: 'erased', erasure: id, tenant, keys, commitment };
  const other = Object.entries(same).find(([name, value]) => statement?.[name] !== value);
  if (other !== undefined) return { wrong: `the log says another ${other[0]} than the receipt` };
  return { receipt, time_ms: said.time_ms, signedBy: [...new Set(opened.claims.map(({ verifier }) => verifier.name))], leaf, isAbout: subject === null ? null : isAbout(receipt, subject) };
}

/** A witness alone that cosigned it says nothing of whose log it is. */
function isOf({ claims }: OpenedNote, origin: string): boolean {
  return claims.some(({ verifier }) => verifier.name === origin);
}

function receiptIn(text: string): Receipt | null {
  const { id, tenant, entry, keys, salt, commitment, log } = objectIn(text) ?? {};
  const { origin, size, root, leaf, proof, checkpoint, statement, closed } = isObject(log) ? log : {};
  const areTexts = [id, tenant, salt, commitment, origin, root, leaf, checkpoint, statement, closed].every((one) => typeof one === 'string');
  const areCounts = [entry, keys, size].every((one) => Number.isSafeInteger(one) && Number(one) >= 0);
  const isProof = Array.isArray(proof) && proof.length <= 64 && proof.every((one) => typeof one === 'string');
  return areTexts && areCounts && isProof ? (JSON.parse(text) as Receipt) : null;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
