/**
 * `tracekeep producer trust` and `untrust`: which tokens of which issuer are a producer. The server then asks the issuer for its keys and believes
 * what it signs, so nobody can say this but whoever runs the server.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { Command } from 'commander';
import type { KeySource, TrustRecord } from '#control';

import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, collect, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { note, print } from './terminal.ts';

interface TrustOptions {
  readonly tenant: string;
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly claim?: readonly string[];
  readonly jwks?: string;
}

export function trustCommand(): Command {
  const command = new Command('trust').description('take tokens (JWT) of an issuer for this producer, beside its key').argument('<NAME>', 'name or id of the producer');
  command.requiredOption('--issuer <URL>', 'who signs them, exactly as in their claim iss; or spiffe://TRUST-DOMAIN');
  command.requiredOption('--audience <TEXT>', 'for whom they must be meant: what the workload asks for as audience, such as the address of this server');
  command.requiredOption('--subject <GLOB>', 'about whom they must be; * stands for any characters');
  command.option('--claim <NAME=VALUE...>', 'what they must say besides (repeatable)', collect);
  command.option('--jwks <FILE|URL>', 'where the keys of the issuer are (JSON Web Key Set or SPIFFE bundle); without it the issuer is asked (OpenID Connect Discovery)');
  return withSettings(withTenant(command), PLACE).action(async (name: string, { tenant, issuer, audience, subject, claim = [], jwks }: TrustOptions) => {
    const wanted = { issuer, audience, subject, claims: claim.map(readClaim), keys: readKeySource(jwks) };
    const trust = orFail(await withExistingControl(await settingsOf(command), (control) => control.addTrust({ tenant: readTenant(tenant), name }, wanted)));
    note(`producer ${name} can send with ${trustText(trust)}`);
    note('its ingest key works as before; tracekeep producer rotate --grace 0 ends it. The id of this binding, for tracekeep producer untrust:');
    print(trust.id);
  });
}

export function untrustCommand(): Command {
  const command = new Command('untrust').description('take such tokens no more, within a second on a running server').argument('<NAME>', 'name or id of the producer').argument('<ID>', 'of the binding, from the list');
  return withSettings(withTenant(command), PLACE).action(async (name: string, id: string, { tenant }: { readonly tenant: string }) => {
    const trust = orFail(await withExistingControl(await settingsOf(command), (control) => control.removeTrust({ tenant: readTenant(tenant), name }, id)));
    note(`producer ${name} can no longer send with ${trustText(trust)}`);
  });
}

function trustText({ issuer, audience, subject, claims }: TrustRecord): string {
  return `tokens of ${issuer} about ${subject} for ${audience}${claims.map(({ name, value }) => `, ${name}=${value}`).join('')}`;
}

export function keysText({ keys }: TrustRecord): string {
  return keys.at === 'issuer' ? 'as the issuer says' : keys.at === 'url' ? keys.url : keys.path;
}

function readClaim(text: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  if (at < 1) throw new OperatorError('--claim must be NAME=VALUE', 2);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** A file is looked at now, so that a wrong name is told here and not when the first token comes. The server reads it again whenever it changes. */
function readKeySource(text: string | undefined): KeySource {
  if (text === undefined) return { at: 'issuer' };
  if (/^https?:\/\//i.test(text)) return { at: 'url', url: text };
  const path = resolve(text);
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) throw new Error('there is no list of keys in it');
  } catch (cause) {
    throw new OperatorError(`cannot read keys from ${path}: it must be a JSON Web Key Set`, 2, { cause });
  }
  return { at: 'file', path };
}
