/**
 * What a producer trusts: tokens that an issuer signs for a workload, bound to the producer by audience, subject and claims. Who names an issuer
 * makes the server ask at its address and believe what it signs; that is for whoever runs the server.
 */
import { LIMITS } from '#limits';
import { isPrintable } from '#model/printable';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';
import { readHttpsAddress } from '#tls/https-address';
import { isTrustDomain, readSpiffeId } from '#tls/spiffe';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import { newId } from './change.ts';
import type { Change, Named } from './change.ts';
import { editProducer } from './producers.ts';
import type { TrustRecord } from './records.ts';
import type { ControlRows } from './rows.ts';

export type NewTrust = Pick<TrustRecord, 'issuer' | 'audience' | 'subject' | 'claims' | 'keys'>;

export function trustsIn(rows: ControlRows) {
  return {
    /** Refusals: name_unknown, trust_invalid, control_limit. */
    async addTrust(named: Named, wanted: NewTrust, by: Actor = COMMAND_LINE): Promise<TrustRecord | Refusal> {
      return rows.change(by, (change) => addTrust(change, named, wanted));
    },

    /** Refusals: name_unknown. */
    async removeTrust(named: Named, id: string, by: Actor = COMMAND_LINE): Promise<TrustRecord | Refusal> {
      return rows.change(by, (change) => removeTrust(change, named, id));
    },
  };
}

async function addTrust(change: Change, named: Named, wanted: NewTrust): Promise<TrustRecord | Refusal> {
  const fault = faultOf(wanted);
  if (fault !== null) return refuse('trust_invalid', fault);
  const trust: TrustRecord = { ...wanted, id: newId(change, 'i_'), created: change.now };
  const producer = await editProducer(change, named, 'trusted', (before) => {
    const { trusts = [] } = before;
    return trusts.length >= LIMITS.producer_trusts_max ? refuse('control_limit', `${LIMITS.producer_trusts_max} issuers and subjects of one producer`) : { ...before, trusts: [...trusts, trust] };
  }, { trust: trust.id });
  return isRefusal(producer) ? producer : trust;
}

async function removeTrust(change: Change, named: Named, id: string): Promise<TrustRecord | Refusal> {
  let removed: TrustRecord | undefined;
  const producer = await editProducer(change, named, 'no longer trusted', (before) => {
    removed = before.trusts?.find((trust) => trust.id === id);
    return removed === undefined ? refuse('name_unknown', 'what this producer trusts') : { ...before, trusts: before.trusts?.filter((trust) => trust.id !== id) ?? [] };
  }, { trust: id });
  return isRefusal(producer) ? producer : (removed ?? refuse('name_unknown'));
}

function faultOf({ issuer, audience, subject, claims, keys }: NewTrust): string | null {
  const ofTrustDomain = issuer.startsWith('spiffe://');
  if (ofTrustDomain ? !isTrustDomain(issuer.slice('spiffe://'.length)) : !isAskable(issuer) || issuer.includes('?')) return 'the issuer is neither an https address, or an http one on this machine, nor spiffe:// and a trust domain';
  if (ofTrustDomain && keys.at === 'issuer') return 'a trust domain does not say where its keys are: give a file or an address of its bundle';
  if (keys.at === 'url' && !isAskable(keys.url)) return 'the address of the keys is neither https nor on this machine';
  for (const [what, text, max] of [['the audience', audience, LIMITS.token_audience_characters_max], ['the subject', subject, LIMITS.token_subject_characters_max], ...claims.flatMap(({ name, value }, at) => [[`the name of claim ${at + 1}`, name, 128], [`the value of claim ${at + 1}`, value, 1_024]] as const)] as const) {
    if (text === '' || text.length > max || !isPrintable(text)) return `${what} is empty, longer than ${max} characters or not printable`;
  }
  if (claims.length > LIMITS.trust_claims_max) return `more than ${LIMITS.trust_claims_max} claims`;
  // At an issuer that serves the public, such a binding would be everybody's.
  if (/^\*+$/.test(subject) && claims.length === 0) return 'a subject that everybody has needs a claim beside it';
  if (ofTrustDomain && readSpiffeId(subject.replaceAll('*', 'x'))?.trustDomain !== issuer.slice('spiffe://'.length)) return 'the subject is not a SPIFFE id of the trust domain';
  return null;
}

/** Compared with what a token says byte by byte, so it is kept as it was written. */
function isAskable(text: string): boolean {
  return isPrintable(text) && readHttpsAddress(text) !== null;
}
