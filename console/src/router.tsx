/**
 * The addresses of the console. Each page comes with its first visit; all but the sign-in stand in the frame and wait for the session. What a page
 * reads from its query string is its own business: see its `address.ts`.
 */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { isOwn, sessionQuery } from '#api/session.ts';
import { readAddress, writeAddress } from '#frame/address.ts';
import { FailedPage, NoSuchPage } from '#frame/failed-page.tsx';
import { Frame } from '#frame/frame.tsx';
import { firstPage } from '#frame/pages.ts';

interface Context {
  readonly client: QueryClient;
}

/** Whatever stands in the query string; pages read it with `oneOf` and `manyOf`. */
type Search = Record<string, unknown>;

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  validateSearch: (search: Search): Search => search,
  notFoundComponent: NoSuchPage,
});

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: lazyRouteComponent(() => import('./sign-in/page.tsx'), 'SignInPage') });
const signInReturn = createRoute({ getParentRoute: () => root, path: '/sign-in/return', component: lazyRouteComponent(() => import('./sign-in/provider.tsx'), 'ProviderReturnPage') });

const framed = createRoute({
  getParentRoute: () => root,
  id: 'framed',
  component: Frame,
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (session === null || !isOwn(session) || session.mustAddFactor) throw redirect({ to: '/sign-in', search: { to: location.href } });
  },
});

const start = createRoute({
  getParentRoute: () => framed,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    throw redirect({ to: firstPage(session?.mayDo ?? []), search: {} });
  },
});

const pages = [
  createRoute({ getParentRoute: () => framed, path: '/search', component: lazyRouteComponent(() => import('./search/page.tsx'), 'SearchPage') }),
  createRoute({ getParentRoute: () => framed, path: '/traces/$id', component: lazyRouteComponent(() => import('./trace/page.tsx'), 'TracePage') }),
  createRoute({ getParentRoute: () => framed, path: '/compare/$a/$b', component: lazyRouteComponent(() => import('./compare/page.tsx'), 'ComparePage') }),
  createRoute({ getParentRoute: () => framed, path: '/services', component: lazyRouteComponent(() => import('./services/page.tsx'), 'ServicesPage') }),
  createRoute({ getParentRoute: () => framed, path: '/services/$service', component: lazyRouteComponent(() => import('./services/service-page.tsx'), 'ServicePage') }),
  createRoute({ getParentRoute: () => framed, path: '/map', component: lazyRouteComponent(() => import('./map/page.tsx'), 'MapPage') }),
  createRoute({ getParentRoute: () => framed, path: '/findings', component: lazyRouteComponent(() => import('./findings/page.tsx'), 'FindingsPage') }),
  createRoute({ getParentRoute: () => framed, path: '/integrity', component: lazyRouteComponent(() => import('./integrity/page.tsx'), 'IntegrityPage') }),
  createRoute({ getParentRoute: () => framed, path: '/exposure', component: lazyRouteComponent(() => import('./exposure/page.tsx'), 'ExposurePage') }),
  createRoute({ getParentRoute: () => framed, path: '/policy', component: lazyRouteComponent(() => import('./policy/page.tsx'), 'PolicyPage') }),
  createRoute({ getParentRoute: () => framed, path: '/policy/edit', component: lazyRouteComponent(() => import('./policy/edit-page.tsx'), 'PolicyEditPage') }),
  createRoute({ getParentRoute: () => framed, path: '/policy/history', component: lazyRouteComponent(() => import('./policy/history-page.tsx'), 'PolicyHistoryPage') }),
  createRoute({ getParentRoute: () => framed, path: '/access', component: lazyRouteComponent(() => import('./access/page.tsx'), 'AccessPage') }),
  createRoute({ getParentRoute: () => framed, path: '/audit', component: lazyRouteComponent(() => import('./audit/page.tsx'), 'AuditPage') }),
  createRoute({ getParentRoute: () => framed, path: '/approvals', component: lazyRouteComponent(() => import('./approvals/page.tsx'), 'ApprovalsPage') }),
  createRoute({ getParentRoute: () => framed, path: '/keys', component: lazyRouteComponent(() => import('./keys/page.tsx'), 'KeysPage') }),
  createRoute({ getParentRoute: () => framed, path: '/forget', component: lazyRouteComponent(() => import('./forget/page.tsx'), 'ForgetPage') }),
  createRoute({ getParentRoute: () => framed, path: '/ingest', component: lazyRouteComponent(() => import('./ingest/page.tsx'), 'IngestPage') }),
  createRoute({ getParentRoute: () => framed, path: '/health', component: lazyRouteComponent(() => import('./health/page.tsx'), 'HealthPage') }),
  createRoute({ getParentRoute: () => framed, path: '/settings', component: lazyRouteComponent(() => import('./settings/page.tsx'), 'SettingsPage') }),
  createRoute({ getParentRoute: () => framed, path: '/settings/people', component: lazyRouteComponent(() => import('./settings/people-page.tsx'), 'PeoplePage') }),
  createRoute({ getParentRoute: () => framed, path: '/settings/groups', component: lazyRouteComponent(() => import('./settings/groups-page.tsx'), 'GroupsPage') }),
  createRoute({ getParentRoute: () => framed, path: '/settings/tokens', component: lazyRouteComponent(() => import('./settings/tokens-page.tsx'), 'TokensPage') }),
] as const;

export function createConsoleRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([signIn, signInReturn, framed.addChildren([start, ...pages])]),
    context: { client },
    parseSearch: readAddress,
    stringifySearch: writeAddress,
    defaultErrorComponent: FailedPage,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: ReturnType<typeof createConsoleRouter>;
  }
}
