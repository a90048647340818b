/**
 * The page Sign in. It stands outside the frame and has six faces: name, password and code; adding a second factor that has to be there; the first account, for whoever has the link that the server
 * printed; a link that signs in at once; a session that somebody else began; and what to do where there is no account and no link.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { firstQuery } from '#api/people.ts';
import { isOwn, sessionQuery } from '#api/session.ts';
import { Mark } from '#frame/mark.tsx';
import { ErrorNote } from '#ui/error-note.tsx';
import { SkeletonRows } from '#ui/skeleton.tsx';
import { FirstAccount } from './first-account.tsx';
import { ByLink, LinkNeeded } from './links.tsx';
import { MustAddFactor } from './must-add-factor.tsx';
import { OtherAccount } from './other-account.tsx';
import styles from './page.module.css';
import { linkOf, returnAddress } from './return-address.ts';
import { ProviderWay } from './provider.tsx';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage(): ReactNode {
  const [link, setLink] = useState(() => linkOf(location.hash));
  const client = useQueryClient();
  const navigate = useNavigate();
  // Asked anew: a request that came with a planted cookie was refused, and the cookie was taken away with the answer.
  const session = useQuery({ ...sessionQuery, refetchOnMount: 'always' }).data ?? null;
  const foreign = session !== null && !isOwn(session);
  // Until the recovery codes are kept this page stays, although the session may do everything by then.
  const [adding, setAdding] = useState(false);
  const [password, setPassword] = useState('');
  const mustAdd = session !== null && !foreign && (session.mustAddFactor || adding);
  useEffect(() => {
    if (session?.mustAddFactor === true) setAdding(true);
    if (session === null) setAdding(false);
  }, [session]);
  const first = useQuery(firstQuery);
  useEffect(() => {
    // What signs somebody in does not stay in the address, from where it would get into the history. A link may also be pasted over this page's address.
    const take = (): void => {
      const found = linkOf(location.hash);
      if (found !== null) setLink(found);
      if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  // Looked at once: on the way there this page is still drawn, and the address is that of the other one already.
  const [target] = useState(() => returnAddress(new URLSearchParams(location.search).get('to'), location.origin));
  const go = (): void => {
    void navigate({ href: target, replace: true });
  };
  useEffect(() => {
    // Somebody who is signed in already, and did not come with a link, has no business here.
    if (session !== null && !foreign && !mustAdd && link === null) go();
  });
  const leaveLink = (): void => {
    setLink(null);
    void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };

  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <p className={styles['mark']}>
          <Mark />
          Tracekeep
        </p>
        {link?.kind === 'link' ? (
          <ByLink key={link.text} link={link.text} onDone={() => setLink(null)} onLeave={leaveLink} />
        ) : foreign ? (
          <OtherAccount session={session} onStay={go} />
        ) : mustAdd ? (
          <MustAddFactor name={session.account.name} password={password} onDone={go} />
        ) : first.isPending ? (
          <SkeletonRows rows={3} height="52px" />
        ) : first.isError ? (
          <ErrorNote error={first.error} retry={() => void first.refetch()} />
        ) : link?.kind === 'first' && first.data ? (
          <FirstAccount
            key={link.text}
            link={link.text}
            onDone={(made) => {
              setPassword(made);
              setLink(null);
            }}
          />
        ) : first.data ? (
          <>
            <ProviderWay />
            <LinkNeeded />
          </>
        ) : (
          <>
            <ProviderWay />
            <SignInForm onDone={setPassword} late={link !== null} />
          </>
        )}
      </div>
    </main>
  );
}
