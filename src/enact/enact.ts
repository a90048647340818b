/**
 * Putting policies in force: a text is read and compared with the policy it would take the place of, applied or proposed, and taken by the workers
 * of a running server. Every version is kept. Where a second person has to approve, what needs it becomes a proposal.
 *
 * The same on a running server and on a data directory without one; there a version is in force from the next start.
 */
import { type Actor, type ControlStore, type NewPolicy, type PolicyProposal, type PolicyTexts, type PolicyVersion } from '#control';
import type { PolicyApproval } from '#config';
import { compilePolicy, type CompiledPolicy, type PolicyDocument } from '#policy';
import type { Problem } from '#policy/read';
import type { Weakening } from '#policy/weakening';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { Comparison } from './comparison.ts';
import type { LivePolicy } from './live-policy.ts';
import { DIRECT_READER, type PolicyReader } from './reader.ts';
import type { VersionWithText } from './stored-version.ts';

export { ensureFirstPolicy, type VersionWithText } from './stored-version.ts';

export type PolicyControl = Pick<ControlStore, 'findPolicy' | 'newestPolicy' | 'listPolicies' | 'findProposal' | 'addPolicy' | 'proposePolicy' | 'approvePolicy' | 'rejectPolicy'>;

export interface EnactParts {
  readonly control: PolicyControl;
  readonly approval: PolicyApproval;
  /** Null where no server runs. */
  readonly live: LivePolicy | null;
  /** Without one, texts are read where they are asked about. */
  readonly reader?: PolicyReader;
}

/** What became of a text. */
export type Outcome =
  /** `boundary`: the first block that is made under it; null where no server runs, where its rules are those that were in force, or it could not be taken yet. */
  | { readonly is: 'applied'; readonly version: PolicyVersion; readonly boundary: number | null; readonly pending: boolean }
  | { readonly is: 'proposed'; readonly proposal: PolicyProposal }
  /** It is the text in force. */
  | { readonly is: 'unchanged'; readonly version: PolicyVersion }
  | { readonly is: 'invalid'; readonly problems: readonly Problem[] };

export interface Checked {
  readonly problems: readonly Problem[];
  /** Against the one in force; none if the text is not a policy. */
  readonly weakenings: readonly Weakening[];
  readonly digest: string | null;
}

export class Policies {
  readonly #control: PolicyControl;
  readonly #live: LivePolicy | null;
  readonly #reader: PolicyReader;
  readonly approval: PolicyApproval;

  /** INVARIANT: `ensureFirstPolicy` came before. */
  constructor({ control, approval, live, reader = DIRECT_READER }: EnactParts) {
    this.#reader = reader;
    this.#control = control;
    this.approval = approval;
    this.#live = live;
  }

  inForce(): VersionWithText {
    const found = this.#control.findPolicy();
    if (found === null) throw new Error('cannot find any version of the policy');
    return found;
  }

  version(number: number): VersionWithText | null {
    return this.#control.findPolicy(number);
  }

  /** Newest first, as many as are listed at once. */
  versions(): readonly PolicyVersion[] {
    return this.#control.listPolicies();
  }

  proposal(): PolicyProposal | null {
    return this.#control.findProposal();
  }

  /** A text, against the one in force. Refusals: query_busy, policy_too_complex, as of everything that reads a text. */
  read(text: string): Promise<Comparison | Refusal> {
    return this.#reader.read({ wanted: text, inForce: documentOf(this.inForce()) });
  }

  async check(text: string): Promise<Checked | Refusal> {
    const read = await this.read(text);
    return isRefusal(read) ? read : { problems: read.problems, weakenings: read.weakenings, digest: read.document === null ? null : compilePolicy(read.document).digest };
  }

  /** `base`: the digest of the policy that was edited; without it, the one in force. Refusals: policy_changed, policy_needs_person, policy_proposal_open, policy_unusable. */
  async apply(text: string, { note, base }: { readonly note: string; readonly base?: string }, by: Actor): Promise<Outcome | Refusal> {
    const before = this.inForce();
    if (base !== undefined && base !== before.digest) return refuse('policy_changed');
    if (text === before.text) return { is: 'unchanged', version: withoutTexts(before) };
    const read = await this.#reader.read({ wanted: text, inForce: documentOf(before) });
    if (isRefusal(read)) return read;
    const { document, problems } = read;
    if (document === null) return { is: 'invalid', problems };
    return this.#enact(text, document, read.weakenings, note, before.digest, by);
  }

  /** The text of an earlier version, as a new one. Refusals: name_unknown, and those of `apply`. */
  async revert(number: number, note: string, by: Actor): Promise<Outcome | Refusal> {
    const wanted = this.#control.findPolicy(number);
    if (wanted === null) return refuse('name_unknown', `version ${number} of the policy`);
    const before = this.inForce();
    if (wanted.text === before.text) return { is: 'unchanged', version: withoutTexts(before) };
    const read = await this.#reader.read({ wanted: documentOf(wanted), inForce: documentOf(before) });
    if (isRefusal(read)) return read;
    return this.#enact(wanted.text, documentOf(wanted), read.weakenings, note === '' ? `as version ${number}` : note, before.digest, by);
  }

  /** Refusals: name_unknown, policy_changed, policy_needs_person, policy_own_proposal, policy_unusable. */
  async approve(id: string, note: string, by: Actor): Promise<Outcome | Refusal> {
    const proposal = this.#control.findProposal();
    if (proposal === null || proposal.id !== id) return refuse('name_unknown', 'an open proposal');
    return this.#take(compilePolicy(JSON.parse(proposal.canonical) as PolicyDocument), () => this.#control.approvePolicy(id, note, by));
  }

  /** Refusals: name_unknown. */
  reject(id: string, note: string, by: Actor): Promise<PolicyProposal | Refusal> {
    return this.#control.rejectPolicy(id, note, by);
  }

  async #enact(text: string, document: PolicyDocument, weaker: readonly Weakening[], note: string, base: string, by: Actor): Promise<Outcome | Refusal> {
    const compiled = compilePolicy(document);
    const policy: NewPolicy = { text, canonical: compiled.text, digest: compiled.digest, rules: document.rules.length, weakenings: weaker, note };
    if (this.approval === 'always' || (this.approval === 'weakening' && weaker.length > 0)) {
      const proposal = await this.#control.proposePolicy(policy, base, by);
      return isRefusal(proposal) ? proposal : { is: 'proposed', proposal };
    }
    return this.#take(compiled, () => this.#control.addPolicy(policy, base, by));
  }

  async #take(compiled: CompiledPolicy, change: () => Promise<PolicyVersion | Refusal>): Promise<Outcome | Refusal> {
    if (this.#live !== null) {
      const taken = await this.#live.change(compiled, change);
      return isRefusal(taken) ? taken : { is: 'applied', ...taken };
    }
    const version = await change();
    return isRefusal(version) ? version : { is: 'applied', version, boundary: null, pending: true };
  }
}

const documentOf = ({ canonical }: PolicyTexts): PolicyDocument => JSON.parse(canonical) as PolicyDocument;

function withoutTexts({ text: _text, canonical: _canonical, ...version }: VersionWithText): PolicyVersion {
  return version;
}
