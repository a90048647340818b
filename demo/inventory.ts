/** Products and stock, in SQL. Some searches are slow, and one typed with an apostrophe breaks the statement: the fault is on display. */
import pg from 'pg';
import { log, serveHttp, ShopError, sleep } from './service.ts';

const database = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 2 });
/** One product search in so many misses the index that the shop does not have. */
const SLOW_SEARCH_ONE_IN = 8;

await serveHttp({
  'GET /products': async () => ({ body: (await database.query('SELECT sku, title, cents FROM products ORDER BY title')).rows }),

  'GET /search': async ({ query }) => {
    const words = query.get('q') ?? '';
    if (Math.random() * SLOW_SEARCH_ONE_IN < 1) {
      log('warn', `slow search for "${words}"`);
      await database.query("SELECT count(*) FROM generate_series(1, 200000) AS g WHERE md5(g::text) LIKE '%tea%'");
      await sleep(250);
    }
    return { body: (await database.query(`SELECT sku, title, cents FROM products WHERE title ILIKE '%${words}%' LIMIT 20`)).rows };
  },

  'POST /reservations': async ({ body }) => {
    const { sku, quantity, email } = body;
    const reserved = await database.query<{ stock: number; cents: number }>('UPDATE products SET stock = stock - $2 WHERE sku = $1 AND stock >= $2 RETURNING stock, cents', [sku, quantity]);
    if (reserved.rows[0] === undefined) throw new ShopError(409, `${sku} is out of stock, tell ${email}`);
    await database.query(`INSERT INTO orders (email, sku, quantity) VALUES ('${email}', '${sku}', ${Number(quantity)})`);
    return { body: reserved.rows[0] };
  },
});
