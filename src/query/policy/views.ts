/** Versions and proposals as readers see them: names of people and what they noted belong to the tenant that runs the deployment. */
import type { Actor, PolicyProposal, PolicyTexts, PolicyVersion } from '#control';
import { DEFAULT_TENANT, type Reader } from '#model';

export function versionView(version: PolicyVersion & Partial<PolicyTexts>, reader: Reader): Readonly<Record<string, unknown>> {
  const { canonical: _, by, approvedBy, approvalNote, note, ...open } = version;
  const isOwn = reader.tenant === DEFAULT_TENANT;
  return { ...open, by: nameOf(by, isOwn), approvedBy: approvedBy === null ? null : nameOf(approvedBy, isOwn), note: isOwn ? note : '', approvalNote: isOwn ? approvalNote : '' };
}

export function proposalView({ id, digest, base, text, by, at, note, weakenings, weakeningsCount }: PolicyProposal, reader: Reader): object {
  return { id, digest, base, text, by: nameOf(by, true), isOwn: 'id' in by && by.id === reader.id, at, note, weakenings, weakeningsCount };
}

function nameOf(actor: Actor, isShown: boolean): string {
  return 'name' in actor ? (isShown ? actor.name : 'an administrator') : actor.is;
}
