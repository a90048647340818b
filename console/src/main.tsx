/** The console starts here. */
import '@fontsource-variable/ibm-plex-sans/wght.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import '@fontsource/ibm-plex-mono/latin-500.css';
import './tokens.css';
import './page.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, whenSessionIsStale, whenSignedOut } from '#api/client.ts';
import { sessionQuery } from '#api/session.ts';
import { applyTheme } from '#frame/theme.ts';
import { createConsoleRouter } from './router.tsx';

applyTheme();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal is an answer; only a server that did not answer is asked again.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status === 0,
      refetchOnWindowFocus: false,
      staleTime: 15_000,
    },
  },
});
const router = createConsoleRouter(client);

whenSignedOut(() => {
  client.setQueryData(sessionQuery.queryKey, null);
  void router.invalidate();
});

// The next try has the right token, and the bar says who it would be.
whenSessionIsStale(() => void client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(() => router.invalidate()));

const place = document.getElementById('root');
if (place === null) throw new Error('cannot find the place of the console in its page');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
