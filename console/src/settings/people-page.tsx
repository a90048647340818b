/** Settings, for those who see all people of the tenant: who may sign in, as what. */
import type { ReactNode } from 'react';
import { useMay, useSession } from '#api/session.ts';
import { NotForYou, SettingsFrame } from './frame.tsx';
import { People } from './people.tsx';

export function PeoplePage(): ReactNode {
  const session = useSession();
  const [sees, changes] = [useMay('account.list'), useMay('account.change')];
  if (session === null) return null;
  return <SettingsFrame session={session}>{sees ? <People own={session.account.id} changes={changes} /> : <NotForYou what="Accounts" />}</SettingsFrame>;
}
