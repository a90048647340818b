/**
 * Every limit of the product, with its unit last in the name and its reason; by subject in the files of this folder, in one object for everybody else.
 * A limit that an operator may change is a default of `config.ts` and says so; the others are part of the contract.
 */

import { INGEST } from './ingest.ts';
import { LOG } from './log.ts';
import { PEOPLE } from './people.ts';
import { POLICIES } from './policies.ts';
import { PRODUCERS } from './producers.ts';
import { QUERIES } from './queries.ts';
import { RECORDS } from './records.ts';
import { REQUESTS } from './requests.ts';
import { SEALING } from './sealing.ts';
import { SERVER } from './server.ts';

/** In the order of the reference. */
export const LIMITS = {
  ...REQUESTS,
  ...INGEST,
  ...POLICIES,
  ...QUERIES,
  ...LOG,
  ...RECORDS,
  ...PRODUCERS,
  ...PEOPLE,
  ...SEALING,
  ...SERVER,
} as const;
