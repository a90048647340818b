/**
 * The shop's database: PostgreSQL compiled to WebAssembly (PGlite), put on a socket. PGlite answers PostgreSQL's wire protocol
 * itself, so to `pg`, and to its instrumentation, this is an ordinary server. In memory, not instrumented.
 *
 * PGlite is one backend for all connections. Each connection's messages therefore run as whole cycles, up to `Sync` or a
 * simple `Query` (PostgreSQL protocol 3.0, "Message Flow"), one cycle at a time: otherwise one connection would bind its
 * parameters to another's unnamed statement. Explicit transactions would span cycles, and the shop has none.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { announce } from './service.ts';

const SCHEMA = `
  CREATE TABLE products (sku text PRIMARY KEY, title text NOT NULL, cents integer NOT NULL, stock integer NOT NULL);
  INSERT INTO products VALUES
    ('tea-assam', 'Assam tea, 250 g', 890, 1000000), ('tea-sencha', 'Sencha, 100 g', 1250, 1000000), ('pot-iron', 'Cast iron pot', 6400, 1000000),
    ('cup-blue', 'Blue cup', 1800, 1000000), ('honey-lime', 'Lime honey', 750, 1000000), ('scale-brass', 'Brass scale', 9900, 0);
  CREATE TABLE customers (id serial PRIMARY KEY, email text UNIQUE NOT NULL, name text, phone text, password text, iban text);
  CREATE TABLE payments (id serial PRIMARY KEY, holder text, card_number text, cents integer, at timestamptz DEFAULT now());
  CREATE TABLE orders (id serial PRIMARY KEY, email text, sku text REFERENCES products, quantity integer);
`;

const SSL_REQUEST = 80877103;
const MESSAGE_BYTES_MAX = 1024 * 1024;

const db = await PGlite.create();
await db.exec(SCHEMA);

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  serve(socket).catch(() => socket.destroy());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.on('SIGTERM', () => process.exit(0));
announce((server.address() as AddressInfo).port);

async function serve(socket: Socket): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  let cycle: Uint8Array[] = [];
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (;;) {
      // The first message has no type byte: length, then protocol version or request code.
      const header = started ? 1 : 0;
      if (rest.length < header + 4) break;
      const length = rest.readInt32BE(header);
      if (length < 4 || length > MESSAGE_BYTES_MAX) throw new Error('cannot read message: length out of range');
      if (rest.length < header + length) break;
      const message = Uint8Array.from(rest.subarray(0, header + length));
      rest = rest.subarray(header + length);
      if (!started && length === 8 && Buffer.from(message).readInt32BE(4) === SSL_REQUEST) {
        socket.write('N');
        continue;
      }
      const type = started ? String.fromCharCode(message[0] ?? 0) : 'startup';
      started = true;
      if (type === 'X') return void socket.end();
      cycle.push(message);
      if (type !== 'S' && type !== 'Q' && type !== 'startup' && type !== 'p') continue;
      const messages = cycle;
      cycle = [];
      await db.runExclusive(async () => {
        for (const each of messages) socket.write(await db.execProtocolRaw(each));
      });
    }
  }
}
