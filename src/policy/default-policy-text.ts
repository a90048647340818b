/** The default policy as people read and copy it: the same document as `default-policy.ts`, with comments. */
import { readFileSync } from 'node:fs';

export const DEFAULT_POLICY_TEXT: string = readFileSync(new URL('./default-policy.yaml', import.meta.url), 'utf8');
