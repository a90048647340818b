/**
 * The rules of policies by digest, for answers that say which rule acted: those in force, and those of older blocks, whose text the log holds. What a
 * block says never changes, so both are remembered. A policy of an earlier version of the language has no rules that anybody could name.
 */
import { createHash } from 'node:crypto';
import { LIMITS } from '#limits';
import { type CompiledPolicy, compilePolicy, DEFAULT_POLICY, type PolicyDocument, type RuleSets } from '#policy';
import type { Run } from './answering.ts';
import { STATEMENTS } from './statements.ts';

export interface KnownPolicies {
  readonly inForce: () => CompiledPolicy;
  /** The rules under which each block was made; a block whose rules are not known is not there. Reads what is not remembered. */
  rulesOf(blocks: Iterable<number>, run: Run): Promise<ReadonlyMap<number, RuleSets>>;
}

const BLOCKS_MAX = 100_000;
const POLICIES_MAX = 256;
/** A policy of the largest size is some hundred parts. */
const PARTS_MAX = 1_000;

const fixed = compilePolicy(DEFAULT_POLICY);

export function createKnownPolicies(inForce: () => CompiledPolicy = () => fixed): KnownPolicies {
  const digests = new Map<number, string>();
  const rules = new Map<string, RuleSets | null>();

  async function findDigests(blocks: readonly number[], run: Run): Promise<void> {
    const missing = blocks.filter((block) => !digests.has(block)).slice(0, LIMITS.policy_blocks_read_max);
    if (missing.length === 0) return;
    const limit = missing.length;
    const rows = await run<{ blockId: string; digest: string }>(STATEMENTS.blockPolicies, { blocks: missing, limit }, limit);
    if (digests.size + rows.length > BLOCKS_MAX) digests.clear();
    // What is not in the log yet is asked for again.
    for (const { blockId, digest } of rows) digests.set(Number(blockId), digest);
  }

  async function findRules(digest: string, run: Run): Promise<RuleSets | null> {
    const now = inForce();
    if (now.digest === digest) return now.sets;
    const known = rules.get(digest);
    if (known !== undefined) return known;
    const parts = await run<{ readonly part: string }>(STATEMENTS.policyParts, { digest, limit: PARTS_MAX }, PARTS_MAX);
    const text = parts.map(({ part }) => part).join('');
    const isText = createHash('sha256').update(text).digest('hex') === digest;
    const document = isText ? (JSON.parse(text) as { readonly version: number }) : null;
    if (rules.size >= POLICIES_MAX) rules.clear();
    // This program made the text that the log states, and its digest is the one of the block.
    const found = document?.version === 2 ? compilePolicy(document as PolicyDocument).sets : null;
    if (isText) rules.set(digest, found);
    return found;
  }

  return {
    inForce,
    async rulesOf(blocks, run) {
      const wanted = [...new Set(blocks)];
      await findDigests(wanted, run);
      const found = new Map<number, RuleSets>();
      for (const block of wanted) {
        const digest = digests.get(block);
        const sets = digest === undefined ? null : await findRules(digest, run);
        if (sets !== null) found.set(block, sets);
      }
      return found;
    },
  };
}
