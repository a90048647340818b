/** Shopping carts, one hash per session in the cache. Sends its spans as OTLP/JSON. */
import { Redis } from 'ioredis';
import { serveHttp, ShopError } from './service.ts';

const cache = new Redis(process.env['CACHE_URL'] ?? '', { protocol: 2 });

await serveHttp({
  'POST /items': async ({ body }) => {
    const cart = `cart:${body['session']}`;
    await cache.hset(cart, String(body['sku']), String(body['quantity'] ?? 1));
    await cache.incr('carts:changed');
    return { body: { items: await cache.hgetall(cart) } };
  },

  'GET /items': async ({ query }) => {
    const items = await cache.hgetall(`cart:${query.get('session')}`);
    if (Object.keys(items).length === 0) throw new ShopError(409, `cart of session ${query.get('session')} is empty`);
    return { body: { items } };
  },

  'DELETE /items': async ({ query }) => ({ body: { removed: await cache.del(`cart:${query.get('session')}`) } }),
});
