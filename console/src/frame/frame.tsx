/** The frame around every page: rail, bar, and what is reached from anywhere. */
import { Outlet, useMatches, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useSession } from '#api/session.ts';
import { listenForShortcuts, useShortcuts } from '#ui/shortcuts.ts';
import { Bar } from './bar.tsx';
import styles from './frame.module.css';
import { GlassBanner } from './glass-banner.tsx';
import { Help } from './help.tsx';
import { keepRange } from './keep-range.ts';
import { NotForYou } from './not-for-you.tsx';
import { isFor, pageAt, pagesFor } from './pages.ts';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { useFreshNow } from './use-fresh-now.ts';

export function Frame(): ReactNode {
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const navigate = useNavigate();
  const session = useSession();
  // Of what is drawn: the address is ahead of it while a page is on its way.
  const here = pageAt(useMatches({ select: (matches) => matches.at(-1)?.pathname ?? '/' }));
  const mayDo = session?.mayDo ?? [];
  // Nothing is asked for that would be refused.
  const refused = session !== null && here !== undefined && !isFor(here, mayDo);
  useEffect(listenForShortcuts, []);
  useFreshNow();
  useShortcuts('Everywhere', [
    { keys: 'ctrl+k', does: 'Go anywhere, do anything', act: () => setPaletteOpen(true) },
    { keys: '?', does: 'Show the keys of this page', act: () => setHelpOpen(true) },
    ...pagesFor(mayDo).map(({ key, label, path }) => ({ keys: key, does: label, act: () => void navigate({ to: path, search: keepRange }) })),
  ]);
  return (
    <div className={styles['frame']}>
      <a href="#page" className={styles['skip']}>
        Skip to the page
      </a>
      <Rail />
      <Bar onPalette={() => setPaletteOpen(true)} onHelp={() => setHelpOpen(true)} />
      <main id="page" tabIndex={-1} className={styles['page']}>
        <GlassBanner />
        {refused ? <NotForYou page={here} session={session} /> : <Outlet />}
      </main>
      <Palette isOpen={paletteOpen} onClose={() => setPaletteOpen(false)} />
      <Help isOpen={helpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
