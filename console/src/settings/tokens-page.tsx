/** Settings, for those who see all tokens of the tenant. */
import type { ReactNode } from 'react';
import { useMay, useSession } from '#api/session.ts';
import { NotForYou, SettingsFrame } from './frame.tsx';
import { Tokens } from './tokens.tsx';

export function TokensPage(): ReactNode {
  const session = useSession();
  const [sees, changes] = [useMay('token.list'), useMay('token.change')];
  if (session === null) return null;
  return <SettingsFrame session={session}>{sees ? <Tokens changes={changes} /> : <NotForYou what="Tokens of the tenant" />}</SettingsFrame>;
}
