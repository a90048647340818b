/** The policy that a verb tries: of a file, or the one in force. */
import { type CompiledPolicy, compilePolicy, DEFAULT_POLICY } from '#policy';
import type { Config } from '#config';
import { OperatorError } from './operator-error.ts';

export async function policyToTry(_config: Config, file: string | undefined): Promise<CompiledPolicy> {
  if (file !== undefined) throw new OperatorError('cannot read a policy yet');
  return compilePolicy(DEFAULT_POLICY);
}
