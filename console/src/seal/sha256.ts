/** SHA-256 as `#merkle` takes it: synchronous, which `crypto.subtle` is not. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import type { Sha256 } from '#merkle';

export const sha256: Sha256 = (bytes) => nobleSha256(bytes);
