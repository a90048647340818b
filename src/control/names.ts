/**
 * What a name may look like. Names are operator-controlled, but they end up in terminals, logs and pages: nothing that could
 * steer a terminal, hide text or reverse its direction passes. They are normalized, so that one name has one hash.
 */
import { LIMITS } from '#limits';
import { HARMFUL } from '#model/printable';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';
import { isDnsName, isWorkloadId } from '#tls/spiffe';

const LABEL = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The normalized name of a producer or token. */
export function readName(text: string): string | Refusal {
  const name = text.normalize('NFC');
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > LIMITS.producer_name_bytes_max) return refuse('name_invalid', `it has ${bytes} bytes`);
  if (HARMFUL.test(name)) return refuse('name_invalid', `character ${name.search(HARMFUL) + 1} is not printable`);
  if (name.trim() !== name) return refuse('name_invalid', 'a space at an end');
  return name;
}

/** Groups become ids of entities in access policies, parts of log entries and of pages: nothing that ends a string, hides or looks like something else. */
const GROUP = /^[A-Za-z0-9](?:[A-Za-z0-9._@:/+ -]{0,62}[A-Za-z0-9])?$/;

export function isGroupName(text: string): boolean {
  return GROUP.test(text);
}

/** The groups of a person without repetitions, in order. */
export function readGroups(texts: readonly string[]): readonly string[] | Refusal {
  const groups = [...new Set(texts)].toSorted();
  if (groups.length > LIMITS.account_groups_max) return refuse('group_invalid', `more than ${LIMITS.account_groups_max} were given`);
  const wrong = texts.findIndex((group) => !GROUP.test(group));
  return wrong < 0 ? groups : refuse('group_invalid', `group ${wrong + 1}`);
}

/** The globs of a producer without repetitions. Not normalized: they are compared with the bytes that services send. */
export function readGlobs(texts: readonly string[]): readonly string[] | Refusal {
  const globs = [...new Set(texts)];
  if (globs.length === 0) return refuse('glob_invalid', 'none was given');
  if (globs.length > LIMITS.service_globs_max) return refuse('glob_invalid', `more than ${LIMITS.service_globs_max} were given`);
  for (const [index, glob] of globs.entries()) {
    const bytes = Buffer.byteLength(glob);
    if (bytes === 0 || bytes > LIMITS.service_glob_bytes_max) return refuse('glob_invalid', `glob ${index + 1} has ${bytes} bytes`);
    if (HARMFUL.test(glob)) return refuse('glob_invalid', `glob ${index + 1} holds a character that is not printable`);
  }
  return globs;
}

/** The names in certificates of a producer, without repetitions: SPIFFE ids with a path, and DNS names. */
export function readCertificateNames(texts: readonly string[]): readonly string[] | Refusal {
  const names = [...new Set(texts)];
  if (names.length > LIMITS.producer_certificates_max) return refuse('certificate_name_invalid', `more than ${LIMITS.producer_certificates_max} were given`);
  const wrong = names.findIndex((name) => !isWorkloadId(name) && !isDnsName(name));
  return wrong < 0 ? names : refuse('certificate_name_invalid', `name ${wrong + 1}`);
}

/** True for the name of a retention class; the same form as a tenant's name. */
export function isRetentionName(text: string): boolean {
  return LABEL.test(text);
}
