/**
 * Where a tenant's spans come from: services and their environments, as access rules are asked about each. Blocks are looked at once, so that what is
 * asked later costs what came since. A place stays known when its spans are gone; nothing is shown because of it.
 */
import { environmentSql } from '#clickhouse/stated';
import type { Place } from '#access';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { refuse, type Refusal } from '#refusal';
import type { QueryStore } from './query-store.ts';
import { complete, STATEMENTS } from './statements.ts';

export interface KnownPlaces {
  /** Of everything that can be read now, or some seconds ago. Refuses where there are too many to be decided one by one. */
  of(tenant: TenantId, deadline_ms: number): Promise<readonly Place[] | Refusal>;
}

/** A block is numbered when it is opened, and may become readable after some that were opened later. */
const LATE_BLOCKS = 64n;

interface Found {
  readonly serviceName: string;
  readonly environments: readonly string[];
  readonly newest: string;
}

interface Known {
  readonly places: Map<string, Place>;
  answer: readonly Place[] | Refusal;
  newest: bigint;
  until_ms: number;
  asking: Promise<readonly Place[] | Refusal> | null;
}

const TOO_MANY = refuse('query_too_large', `spans of more than ${LIMITS.places_max} services and environments, which access rules would have to decide one by one`);
const PLACES = complete(STATEMENTS.places, { environment: environmentSql('resource') });

export function createKnownPlaces(store: Pick<QueryStore, 'query'>, now_ms: () => number, keep_ms: number = LIMITS.places_ms_max): KnownPlaces {
  const tenants = new Map<TenantId, Known>();

  async function ask(tenant: TenantId, known: Known, deadline_ms: number): Promise<readonly Place[] | Refusal> {
    const from_block = known.newest > LATE_BLOCKS ? known.newest - LATE_BLOCKS : 0n;
    const limit = LIMITS.places_max + 1;
    const rows = await store.query<Found>(PLACES, { tenant, from_block, environments: limit, limit }, { deadline_ms, rows_max: limit });
    const { size } = known.places;
    for (const { serviceName, environments, newest } of rows) {
      for (const environment of environments) if (known.places.size <= LIMITS.places_max) known.places.set(JSON.stringify([serviceName, environment]), { service: serviceName, environment });
      if (BigInt(newest) > known.newest) known.newest = BigInt(newest);
    }
    if (known.places.size > LIMITS.places_max) known.answer = TOO_MANY;
    else if (known.places.size > size) known.answer = [...known.places.values()];
    known.until_ms = now_ms() + keep_ms;
    return known.answer;
  }

  return {
    of(tenant, deadline_ms) {
      let known = tenants.get(tenant);
      if (known === undefined) tenants.set(tenant, (known = { places: new Map(), answer: [], newest: 0n, until_ms: 0, asking: null }));
      if (known.until_ms > now_ms()) return Promise.resolve(known.answer);
      const one = known;
      one.asking ??= ask(tenant, one, deadline_ms).finally(() => {
        one.asking = null;
      });
      return one.asking;
    },
  };
}
