/** What is the same in all rows of a block. */

import type { TenantId } from '#model';

export interface BlockIdentity {
  readonly block: number;
  readonly day: number;
  readonly retention: string;
  readonly tenant: TenantId;
}
