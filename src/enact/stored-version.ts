/** Versions of the policy as the control store has them, and the first of them. */
import { SERVER, type ControlStore, type PolicyTexts, type PolicyVersion } from '#control';
import { compilePolicy, DEFAULT_POLICY, type CompiledPolicy, type PolicyDocument } from '#policy';
import { DEFAULT_POLICY_TEXT } from '#policy/default-text';

export type VersionWithText = PolicyVersion & PolicyTexts;

/** Version 1 of a store that has none is the default policy. */
export async function ensureFirstPolicy(control: Pick<ControlStore, 'newestPolicy' | 'addPolicy'>): Promise<void> {
  if (control.newestPolicy() > 0) return;
  const { text, digest, document } = compilePolicy(DEFAULT_POLICY);
  // Refused if somebody else was faster.
  await control.addPolicy({ text: DEFAULT_POLICY_TEXT, canonical: text, digest, rules: document.rules.length, weakenings: [], note: '' }, null, SERVER);
}

/** Of a version as it is kept. Throws if this program cannot use it: an older one that meets rules of a newer. */
export function compiledVersion({ canonical, digest, version }: Pick<VersionWithText, 'canonical' | 'digest' | 'version'>): CompiledPolicy {
  try {
    const compiled = compilePolicy(JSON.parse(canonical) as PolicyDocument);
    if (compiled.digest !== digest) throw new Error('cannot compile a policy whose digest is another');
    return compiled;
  } catch (cause) {
    throw new Error(`cannot use version ${version} of the policy: put another one in force with tracekeep policy apply or policy revert`, { cause });
  }
}
