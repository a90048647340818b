/**
 * Broken glass: a person has one role more, for minutes, and everybody of the tenant sees it. It ends by itself: whoever makes a reader of the person looks at the clock.
 * What was over is cleared away with the next one; the log keeps it.
 */
import { LIMITS } from '#limits';
import type { Role, TenantId } from '#model';
import { refuse, type Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import { newId, type Change } from './change.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount } from './records.ts';
import type { ControlRows } from './rows.ts';

export interface GlassRecord {
  /** `g_` and 16 hexadecimal digits. */
  readonly id: string;
  readonly tenant: TenantId;
  /** The account. */
  readonly person: string;
  readonly name: string;
  readonly role: Role;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** By whom it was ended before that. */
  readonly ended: Actor | null;
}

export interface NewGlass {
  readonly tenant: TenantId;
  readonly person: string;
  readonly role: Role;
  readonly reason: string;
  readonly minutes: number;
}

export function glassIn(rows: ControlRows) {
  return {
    /** What is broken now, newest first. As fresh as credentials, and throws as those do. */
    listGlass(tenant: TenantId): readonly GlassRecord[] {
      return rows.current().glass.filter((one) => one.tenant === tenant && isBroken(one, rows.now())).sort((a, b) => b.since - a.since);
    },

    /** Roles that somebody has besides their own, for the moment. */
    rolesByGlass(person: string): readonly Role[] {
      return rows.current().glass.filter((one) => one.person === person && isBroken(one, rows.now())).map(({ role }) => role);
    },

    /** Refusals: glass_reason, glass_unneeded, name_unknown, time_invalid. */
    async breakGlass(wanted: NewGlass, by: Actor): Promise<GlassRecord | Refusal> {
      return rows.change(by, (change) => breakGlass(change, wanted));
    },

    /** Refusals: name_unknown, also for one that is over. */
    async endGlass(tenant: TenantId, id: string, by: Actor = COMMAND_LINE): Promise<GlassRecord | Refusal> {
      return rows.change(by, (change) => endGlass(change, tenant, id));
    },
  };
}

function isBroken({ until, ended }: GlassRecord, now: number): boolean {
  return ended === null && until > now;
}

/** Who may is decided by whoever calls. */
async function breakGlass(change: Change, { tenant, person, role, reason, minutes }: NewGlass): Promise<GlassRecord | Refusal> {
  const why = reason.trim();
  if (why.length < LIMITS.glass_reason_characters_min || why.length > LIMITS.glass_reason_characters_max) return refuse('glass_reason');
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > LIMITS.glass_minutes_max) return refuse('time_invalid', `1 to ${LIMITS.glass_minutes_max} minutes`);
  const row = await change.rows.selectFrom('accounts').select('sealed').where('id', '=', person).executeTakeFirst();
  const account = row === undefined ? null : asAccount(change.sealer.open(accountPlace(person), row.sealed));
  if (account === null || account.tenant !== tenant) return refuse('name_unknown', 'the account');
  const all = await change.rows.selectFrom('broken_glass').selectAll().execute();
  const before = all.map(({ id, sealed }) => change.sealer.open(glassPlace(id), sealed) as GlassRecord);
  if (account.roles.includes(role) || before.some((one) => one.person === person && one.role === role && isBroken(one, change.now))) return refuse('glass_unneeded');
  for (const { id } of before.filter((one) => !isBroken(one, change.now))) await change.rows.deleteFrom('broken_glass').where('id', '=', id).execute();
  const glass: GlassRecord = { id: newId(change, 'g_'), tenant, person, name: account.name, role, reason: why, since: change.now, until: change.now + minutes * 60_000, ended: null };
  await change.rows.insertInto('broken_glass').values({ id: glass.id, sealed: change.sealer.seal(glassPlace(glass.id), glass) }).execute();
  await tellLog(change, 'person', { what: ['glass broken'], tenant, person, glass: glass.id, role, until: glass.until }, { name: account.name, reason: why });
  return glass;
}

async function endGlass(change: Change, tenant: TenantId, id: string): Promise<GlassRecord | Refusal> {
  const row = await change.rows.selectFrom('broken_glass').selectAll().where('id', '=', id).executeTakeFirst();
  const before = row === undefined ? null : (change.sealer.open(glassPlace(id), row.sealed) as GlassRecord);
  if (before === null || before.tenant !== tenant || !isBroken(before, change.now)) return refuse('name_unknown', 'a broken glass');
  const glass: GlassRecord = { ...before, ended: change.by };
  await change.rows.updateTable('broken_glass').set({ sealed: change.sealer.seal(glassPlace(id), glass) }).where('id', '=', id).execute();
  await tellLog(change, 'person', { what: ['glass ended'], tenant, person: glass.person, glass: id, role: glass.role }, { name: glass.name });
  return glass;
}

export const glassPlace = (id: string): string => `broken_glass/${id}`;
