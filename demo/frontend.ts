/**
 * The shop window: the only service that customers reach. It reads the session, asks the others and answers. Like many real
 * ones it was built in a hurry: credentials in query strings, whole customers in log lines.
 */
import { trace } from '@opentelemetry/api';
import { call, log, serveHttp, ShopError } from './service.ts';
import type { Request } from './service.ts';

await serveHttp({
  'GET /': async () => ({ body: await call('GET', 'inventory', '/products') }),

  'GET /search': async ({ query }) => ({ body: await call('GET', 'inventory', `/search?q=${encodeURIComponent(query.get('q') ?? '')}`) }),

  'POST /login': async ({ query }) => {
    const login = await call<{ token: string; session: string }>('POST', 'accounts', `/login?${query}`);
    return { body: login, headers: { 'set-cookie': `sid=${login.session}; HttpOnly; Path=/` } };
  },

  'GET /account': async (request) => ({ body: await call('GET', 'accounts', '/me', undefined, credentials(request)) }),

  'POST /cart': async (request) => ({ body: await call('POST', 'cart', '/items', { session: sessionOf(request), ...request.body }, credentials(request)) }),

  'POST /checkout': async (request) => {
    const { name, email, phone, card } = request.body;
    trace.getActiveSpan()?.setAttributes({ 'enduser.id': String(email), 'shop.customer': JSON.stringify({ name, email, phone }) });
    log('info', `checkout by ${name} <${email}>, call ${phone} if card ${card} is refused`);
    return { body: await call('POST', 'checkout', '/orders', { session: sessionOf(request), ...request.body }, credentials(request)) };
  },

  'POST /refund': async (request) => ({ body: await call('POST', 'accounts', '/refund', request.body, credentials(request)) }),
});

/** The customer's own credentials are handed on, so every service behind sees them. */
function credentials({ headers }: Request): Record<string, string> {
  const handedOn: Record<string, string> = {};
  for (const name of ['authorization', 'cookie', 'x-forwarded-for']) {
    const value = headers[name];
    if (typeof value === 'string') handedOn[name] = value;
  }
  return handedOn;
}

function sessionOf({ headers }: Request): string {
  const session = /(?:^|; )sid=([\w-]{1,64})/.exec(headers.cookie ?? '')?.[1];
  if (session === undefined) throw new ShopError(401, `no session in cookie "${headers.cookie ?? ''}"`);
  return session;
}
