/**
 * The page Sign in. It stands outside the frame and has five faces: name and password; the first account, for whoever has the link that the server
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
import { OtherAccount } from './other-account.tsx';
import styles from './page.module.css';
import { linkOf, returnAddress } from './return-address.ts';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage(): ReactNode {
  const [link, setLink] = useState(() => linkOf(location.hash));
  const client = useQueryClient();
  const navigate = useNavigate();
  // Asked anew: a request that came with a planted cookie was refused, and the cookie was taken away with the answer.
  const session = useQuery({ ...sessionQuery, refetchOnMount: 'always' }).data ?? null;
  const foreign = session !== null && !isOwn(session);
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
  const go = (): void => {
    void navigate({ href: returnAddress(new URLSearchParams(location.search).get('to'), location.origin), replace: true });
  };
  useEffect(() => {
    // Somebody who is signed in already, and did not come with a link, has no business here.
    if (session !== null && !foreign && link === null) go();
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
          <ByLink key={link.text} link={link.text} onDone={go} onLeave={leaveLink} />
        ) : foreign ? (
          <OtherAccount session={session} onStay={go} />
        ) : first.isPending ? (
          <SkeletonRows rows={3} height="52px" />
        ) : first.isError ? (
          <ErrorNote error={first.error} retry={() => void first.refetch()} />
        ) : link?.kind === 'first' && first.data ? (
          <FirstAccount key={link.text} link={link.text} onDone={go} />
        ) : first.data ? (
          <LinkNeeded />
        ) : (
          <SignInForm onDone={go} late={link !== null} />
        )}
      </div>
    </main>
  );
}
