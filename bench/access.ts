/** What deciding costs with many policies: the first time that something is asked, from then on, and as a part of queries. */
import { createAccess, type Access, type Place } from '#access';
import { DEFAULT_TENANT, type Reader } from '#model';
import { createQueries } from '#query';
import { pairUp, withStore, type Added } from './paired-consoles.ts';
import { medianOf } from './summary.ts';

export interface AccessFigures {
  readonly policies: number;
  readonly places: number;
  /** Reading and parsing the policies, once for each version, and the first decision; ms. */
  readonly load_ms: number;
  /** A decision about a place that was not asked about before, median; µs. */
  readonly cold_us: number;
  /** The same again; µs. */
  readonly remembered_us: number;
  /** Which of the places somebody sees, that nobody like them asked before; ms. */
  readonly visibilityCold_ms: number;
  /** The same again; µs. */
  readonly visibility_us: number;
  /** What they add to queries of a viewer, who sees all spans, and of a team that sees those of one service: filtered, and without the index of attributes. */
  readonly asked: readonly Added[];
  readonly askedInPart: readonly Added[];
}

const POLICIES = 500;
const PLACES = 200;
const REPEATS = 20_000;

/** `pairs` of questions; `places` and `repeats` of decisions. */
export async function measureAccess(pairs: number, placesAsked = PLACES, repeats = REPEATS): Promise<AccessFigures> {
  const places = Array.from({ length: placesAsked }, (_, at): Place => ({ service: `service-${at}`, environment: at % 2 === 0 ? 'production' : 'test' }));
  const text = Array.from({ length: POLICIES }, (_, at) => `@id("team-${at}")\npermit (principal in Group::"team-${at}", action in Action::"telemetry", resource) when { resource.service == "service-${at}" && resource.environment like "prod*" };`).join('\n');
  const access = createAccess({ own: { version: () => 1, text: () => text } });
  const reader = (team: number): Reader => ({ id: 'a_0000000000000001', name: 'ana', tenant: DEFAULT_TENANT, kind: 'person', roles: ['operator'], groups: [`team-${team}`], scopes: null });
  const decide = (at: number): unknown => access.decide(reader(3), 'trace.search', { tenant: DEFAULT_TENANT, ...places[at]! });
  const load_ms = elapsed(() => decide(0));
  const cold = places.map((_, at) => elapsed(() => decide(at)) * 1_000);
  const remembered = elapsed(() => {
    for (let at = 0; at < repeats; at++) decide(at % placesAsked);
  });
  const teams = Array.from({ length: 5 }, (_, at) => at + 10);
  const visibilities: number[] = [];
  for (const team of teams) visibilities.push(await elapsedLater(() => see(access, reader(team), places)));
  const again = await elapsedLater(async () => {
    for (let at = 0; at < repeats; at++) await see(access, reader(10 + (at % 5)), places);
  });
  return { policies: POLICIES, places: placesAsked, load_ms, cold_us: medianOf(cold), remembered_us: (remembered * 1_000) / repeats, visibilityCold_ms: medianOf(visibilities), visibility_us: (again * 1_000) / repeats, ...(await added(text, pairs)) };
}

async function added(text: string, pairs: number): Promise<Pick<AccessFigures, 'asked' | 'askedInPart'>> {
  return withStore(async ({ store, parts }) => {
    const own = `${text}\npermit (principal in Group::"team-of-bench", action in Action::"telemetry", resource in Service::"service-bench");`;
    const access = createAccess({ own: { version: () => 1, text: () => own } });
    const viewer: Reader = { id: 'a_0000000000000001', name: 'ana', tenant: DEFAULT_TENANT, kind: 'person', roles: ['viewer'], groups: ['team-3'], scopes: null };
    const plain = { ...parts, authenticator: { reader: () => viewer } };
    const decided = { ...plain, access, queries: createQueries({ store, access, producers: async () => [] }) };
    const team: Reader = { ...viewer, roles: [], groups: ['team-of-bench'] };
    return { asked: await pairUp(plain, decided, pairs), askedInPart: await pairUp(plain, { ...decided, authenticator: { reader: () => team } }, pairs) };
  });
}

async function see(access: Access, reader: Reader, places: readonly Place[]): Promise<void> {
  const seen = await access.visibility(reader, 'trace.search', async () => places);
  if ('refused' in seen || seen.places === 'all') throw new Error('cannot measure visibility: the policies do not look at places');
}

function elapsed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

async function elapsedLater(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
