/**
 * Changes of the policy that verbs ask for: made by the running server, so that they are in force at once, or in the data directory, where they are from the
 * next start. Who may open the data directory is one person, the command line.
 */
import type { PolicyProposal } from '#control';
import type { Config } from '#config';
import type { Outcome, Policies } from '#enact';
import { isRefusal, refuse, type Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin, type AdminArguments } from './admin.ts';
import { withControl } from './data-directory.ts';

export type PolicyChange =
  | { readonly change: 'apply'; readonly text: string; readonly note: string }
  | { readonly change: 'revert'; readonly version: number; readonly note: string }
  | { readonly change: 'approve' | 'reject'; readonly id: string; readonly note: string };

export type Changed = Outcome | { readonly is: 'rejected'; readonly proposal: PolicyProposal };

/** What changes need of the policies. */
export type ChangedPolicies = Pick<Policies, 'apply' | 'revert' | 'approve' | 'reject'>;

export async function changePolicy(config: Config, change: PolicyChange): Promise<Changed | Refusal> {
  const answer = await askAdmin(adminSocketPath(config.data), 'policy', { ...change }).catch((cause: unknown) => {
    // The change may have been made durable before the answer was lost.
    throw new Error('cannot tell whether the change counts: look at `tracekeep policy history` before you try again', { cause });
  });
  // What a server of this program answered.
  if (answer !== NO_SERVER) return answer as Changed | Refusal;
  return withControl(config, async (control) => {
    const { ensureFirstPolicy, Policies: Kept } = await import('#enact');
    await ensureFirstPolicy(control);
    return answerPolicyChange(new Kept({ control, approval: config.policyApproval, live: null }), { ...change });
  });
}

/** The other side: what a server answers over its admin socket. */
export async function answerPolicyChange(policies: ChangedPolicies, { change, text, version, id, note }: AdminArguments): Promise<Changed | Refusal> {
  if (typeof note !== 'string') return refuse('query_invalid', 'the note');
  const { COMMAND_LINE } = await import('#control');
  if (change === 'apply' && typeof text === 'string') return policies.apply(text, { note }, COMMAND_LINE);
  if (change === 'revert' && typeof version === 'number') return policies.revert(version, note, COMMAND_LINE);
  if (change === 'approve' && typeof id === 'string') return policies.approve(id, note, COMMAND_LINE);
  if (change !== 'reject' || typeof id !== 'string') return refuse('query_invalid', 'the change');
  const proposal = await policies.reject(id, note, COMMAND_LINE);
  return isRefusal(proposal) ? proposal : { is: 'rejected', proposal };
}
