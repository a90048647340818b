/** Shopping carts, one hash per session in the cache. Sends its spans as OTLP/JSON. */
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { serveHttp, ShopError } from './service.ts';

const cache = new Redis(process.env['CACHE_URL'] ?? '', { protocol: 2 });

await serveHttp({
  'POST /items': async ({ body }) => {
    const cart = cartOf(body['session']);
    await cache.hset(cart, String(body['sku']), String(body['quantity'] ?? 1));
    await cache.incr('carts:changed');
    return { body: { items: await cache.hgetall(cart) } };
  },

  'GET /items': async ({ query }) => {
    const items = await cache.hgetall(cartOf(query.get('session')));
    if (Object.keys(items).length === 0) throw new ShopError(409, 'the cart is empty');
    return { body: { items } };
  },

  'DELETE /items': async ({ query }) => ({ body: { removed: await cache.del(cartOf(query.get('session'))) } }),
});

/** Nothing in a bare key says that it is a credential, so not even this shop uses the session's id as one. */
function cartOf(session: unknown): string {
  return `cart:${createHash('sha256').update(String(session)).digest('hex').slice(0, 16)}`;
}
