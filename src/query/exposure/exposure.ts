/**
 * What is really leaking: which services send which kinds of sensitive values in which keys, how much of it, since when, and what the policy in
 * force does about each. Counted is what minimization acted upon, so what a rule keeps is not here.
 */
import { readFileSync } from 'node:fs';
import { blocksSql } from '#clickhouse/block-ranges';
import { statedSql } from '#clickhouse/stated';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import { type ActionName, type Decision, type Found, type Place, presentDecision, type RuleSets, type StatedPlace, statedPlace } from '#policy';
import type { Answering } from '#query/answering';
import { firstDay } from '#query/candidates';
import type { KnownPolicies } from '#query/known-policies';
import type { AskedPeriod } from '#query/red';
import { boundPeriod, countsSource, minimizedSource, MINUTE_NS, minutesOf, sourceParams, stepOf } from '#query/red/source';
import { complete } from '#query/statements';
import { isRefusal, type Refusal } from '#refusal';

export interface AskedExposure extends AskedPeriod {
  readonly service?: string;
}

export interface ExposureRow {
  readonly service: string;
  readonly place: Place;
  /** '' in `rest`. */
  readonly key: string;
  /** It stands in the key's own text. */
  readonly inKey: boolean;
  readonly kind: string;
  /** Keys beyond the limit of what is kept apart, together: their rules are not known. */
  readonly rest: boolean;
  /** Values. */
  readonly count: number;
  /** Nanoseconds since 1970 of the minute; the first one also before the period. */
  readonly firstSeen: bigint;
  readonly lastSeen: bigint;
  /** First seen within the period, and there were spans before it. */
  readonly isNew: boolean;
  /** Values in each step of the period. */
  readonly trend: readonly number[];
  /** What the policy in force does where most of it was found; null in `rest`. */
  readonly rule: string | null;
  readonly action: ActionName | null;
  /** What it does elsewhere, in other environments or kinds of span, if that is something else. */
  readonly elsewhere: readonly Decision[];
}

export interface ExposureAnswer {
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly rows: readonly ExposureRow[];
  readonly more: boolean;
}

export interface Exposure {
  exposure(reader: Reader, asked: AskedExposure): Promise<ExposureAnswer | Refusal>;
}

interface Row {
  readonly serviceName: string;
  readonly statedPlace: string;
  readonly valueKind: string;
  readonly isRest: number;
  readonly values: number;
  readonly firstMinute: number;
  readonly lastMinute: number;
  /** 0: not remembered. */
  readonly seenMinute: number;
  readonly slots: readonly number[];
  readonly sums: readonly number[];
  readonly environments: readonly string[];
  readonly spanKinds: readonly number[];
}

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const EXPOSURE = read('exposure');
const EARLIER = read('earlier');
const SEEN = complete(read('seen'), { stated: statedSql('stated_place') });

export function createExposure({ answer, settled, store, now_ms }: Answering, policies: KnownPolicies): Exposure {
  return {
    exposure: (reader, asked) =>
      answer(reader, 'exposure.read', 'scan', async (run) => {
        const period = boundPeriod(asked, now_ms());
        if (isRefusal(period)) return period;
        const minutes = minutesOf(period.start, period.end);
        const start = BigInt(minutes.first) * MINUTE_NS;
        const length = minutes.last - minutes.first + 1;
        const step = stepOf(length / LIMITS.exposure_steps_max);
        const conditions = asked.service === undefined ? '1' : 'service = {service:String}';
        const named = asked.service === undefined ? {} : { service: asked.service };
        const limit = LIMITS.exposure_rows_max + 1;
        await settled();
        // INVARIANT: the state is asked for in the turn in which the statement begins.
        const state = store.figures;
        const rows = await run<Row>(complete(EXPOSURE, { values: minimizedSource(state, conditions), seen: complete(SEEN, { conditions, blocks: blocksSql(state.blocks) }) }), { ...sourceParams(state, minutes, firstDay(start)), ...named, step, limit }, limit);
        const isOlder = rows.length > 0 && minutes.first > 0 && (await hasEarlier(minutes.first));
        const { sets } = policies.inForce();
        const told = { minute: minutes.first, isOlder, step, slots: Math.ceil(length / step), sets, tenant: reader.tenant };
        return { start, end: BigInt(minutes.last + 1) * MINUTE_NS, step: BigInt(step) * MINUTE_NS, rows: rows.slice(0, LIMITS.exposure_rows_max).map((row) => exposureOf(row, told)), more: rows.length === limit };

        async function hasEarlier(minute: number): Promise<boolean> {
          const { figures } = store;
          const [first] = await run<{ isOlder: number }>(complete(EARLIER, { counts: countsSource(figures, 'services') }), { ...sourceParams(figures, { first: 0, last: minute - 1 }, firstDay(0n)), limit: 1 }, 1);
          return first?.isOlder === 1;
        }
      }),
  };
}

interface Told {
  /** First one of the period. */
  readonly minute: number;
  readonly isOlder: boolean;
  readonly slots: number;
  readonly sets: RuleSets;
  readonly tenant: string;
}

function exposureOf(row: Row, { minute, isOlder, slots, sets, tenant }: Told): ExposureRow {
  const at = statedPlace(row.statedPlace);
  const rest = row.isRest > 0;
  const first = row.seenMinute === 0 ? row.firstMinute : Math.min(row.seenMinute, row.firstMinute);
  const sums = new Map(row.slots.map((slot, place) => [slot, row.sums[place] ?? 0]));
  const [decision, ...elsewhere] = rest ? [] : decisionsOf(row, at, sets, tenant);
  return {
    service: row.serviceName, place: at.place, key: at.key, inKey: at.inKey, kind: row.valueKind, rest, count: row.values,
    firstSeen: BigInt(first) * MINUTE_NS, lastSeen: BigInt(row.lastMinute) * MINUTE_NS, isNew: isOlder && !rest && first >= minute,
    trend: Array.from({ length: slots }, (_, slot) => sums.get(slot) ?? 0),
    rule: decision?.rule ?? null, action: decision?.action ?? null, elsewhere,
  };
}

/** Each different one once, that of where most values were found first. */
function decisionsOf(row: Row, at: StatedPlace, sets: RuleSets, tenant: string): Decision[] {
  const decisions = new Map<string, Decision>();
  for (const [place, environment] of row.environments.entries()) {
    const found: Found = { tenant, service: row.serviceName, environment, spanKind: row.spanKinds[place] ?? 0, at, kind: row.valueKind };
    const decision = presentDecision(sets, found);
    const name = `${decision.rule ?? ''} ${decision.action}`;
    if (!decisions.has(name)) decisions.set(name, decision);
  }
  return [...decisions.values()];
}
