/** Settings, one's own account: the session, the password, the second factor, open sessions, tokens. */
import type { ReactNode } from 'react';
import { useMay, useSession } from '#api/session.ts';
import { Panel } from '#ui/panel.tsx';
import { SettingsFrame } from './frame.tsx';
import { OpenSessions } from './open-sessions.tsx';
import { OwnAccount } from './own-account.tsx';
import { OwnTokens } from './own-tokens.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';

export function SettingsPage(): ReactNode {
  const session = useSession();
  const [people, tokens] = [useMay('account.list'), useMay('token.list')];
  if (session === null) return null;
  const signedIn = session.csrf !== null;
  return (
    <SettingsFrame session={session}>
      <OwnAccount session={session} />
      {signedIn ? (
        <>
          {session.issuer === null ? <SecondFactorPanel session={session} /> : null}
          <OpenSessions />
          <OwnTokens />
        </>
      ) : null}
      {people || tokens ? null : (
        <Panel title="People and roles">
          <p>Administrators make accounts, give roles and groups, and set tokens for tools that everybody shares. Ask one of them if you need more than you see.</p>
        </Panel>
      )}
    </SettingsFrame>
  );
}
