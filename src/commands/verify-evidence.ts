/** `tracekeep evidence verify`: the check of a file with the keys that the auditor has, and what is said of it. */
import { readFileSync, statSync } from 'node:fs';

import { EVIDENCE_BYTES_MAX, checkEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence } from '#evidence';
import type { Evidence, EvidenceFlaw } from '#evidence';
import { sha256, verifyNatively } from '#keys/signing';
import { cosigners, flawText, isFlaw, parseVkey } from '#merkle';
import type { Verifier } from '#merkle';

import { reportJson, reportText } from './evidence-report.ts';
import { OperatorError } from './operator-error.ts';
import { print } from './terminal.ts';

export interface VerifyOptions {
  readonly key?: readonly string[];
  readonly witness?: readonly string[];
  readonly quorum?: string;
  readonly json?: boolean;
}

/** Prints what is proved. Throws for the exit code 1 if the file is not verified, and 2 if it could not be checked or no key says whose log it is. */
export function verifyEvidence(file: string, { key = [], witness = [], quorum, json = false }: VerifyOptions): void {
  const keys = key.map((text) => readKey('--key', text));
  const witnesses = witness.map((text) => readKey('--witness', text));
  const asked = readQuorum(quorum, witnesses.length);
  const evidence = readEvidence(file);
  const proved = isEvidenceFlaw(evidence) ? evidence : checkEvidence(evidence, keys.length === 0 ? [] : [...keys, ...witnesses], sha256, verifyNatively);
  if (isEvidenceFlaw(proved)) {
    if (json) print(JSON.stringify({ verified: false, ...proved }));
    throw new OperatorError(`not verified: ${evidenceFlawText(proved)}${spanOf(proved, evidence)}`);
  }
  const witnessed = { cosigned: cosigners({ text: '', claims: proved.claims }, witnesses), quorum: asked };
  const isEnough = witnessed.cosigned >= asked;
  if (json) print(reportJson(proved, witnessed, proved.pinned && isEnough));
  else if (isEnough || !proved.pinned) print(reportText(proved, witnessed));
  if (!proved.pinned) throw new OperatorError('key not pinned: without --key nothing says whose log this is', 2);
  if (!isEnough) throw new OperatorError(`not verified: ${witnessed.cosigned} of the given witnesses cosigned the checkpoint, and ${asked} are asked for`);
}

function readKey(flag: string, text: string): Verifier {
  const verifier = parseVkey(sha256, text);
  if (isFlaw(verifier)) throw new OperatorError(`cannot read ${flag}: ${flawText(verifier)}`, 2);
  return verifier;
}

function readQuorum(text: string | undefined, witnesses: number): number {
  if (text === undefined) return witnesses;
  const quorum = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(quorum >= 1 && quorum <= witnesses)) throw new OperatorError(`cannot read --quorum: it is a number up to that of the witnesses, which are ${witnesses}`, 2);
  return quorum;
}

function readEvidence(file: string): Evidence | EvidenceFlaw {
  let bytes: Uint8Array;
  try {
    if (statSync(file).size > EVIDENCE_BYTES_MAX) return { flaw: 'document_too_large' };
    bytes = readFileSync(file);
  } catch (cause) {
    throw new OperatorError(`cannot read ${file}`, 2, { cause });
  }
  return parseEvidence(bytes);
}

/** The id of the span that a flaw names, if it is an id. */
function spanOf({ span }: EvidenceFlaw, evidence: Evidence | EvidenceFlaw): string {
  if (span === undefined || isEvidenceFlaw(evidence)) return '';
  const placed = evidence.spans[span]?.span;
  const id = typeof placed === 'object' && placed !== null && 'spanId' in placed ? placed.spanId : undefined;
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id) ? ` That is span ${id}.` : '';
}
