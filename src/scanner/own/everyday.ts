/** Values as spans of any service have them: what finds one of these finds more than was meant. */
export const EVERYDAY: readonly string[] = [
  'GET /api/v1/orders/{id}', '/checkout/4711/items?page=2&sort=name', 'https://shop.example.com:8443/cart/items', '200', '8080', '0', '1764460800123', '2026-11-29T23:59:59.123Z', '2026-11-29 23:59:59', '15ms', '3.14', 'true', 'v1.28.3', '1.44.0-rc.1',
  'checkout-7d9f8b6c5d-x2x4z', 'eu-central-1', 'f47ac10b-58cc-4372-a567-0e02b2c3d479', '4bf92f3577b34da6a3ce929d0e0e4736', 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'SELECT name, price FROM products WHERE id = ?', 'application/json; charset=utf-8', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'java.lang.IllegalStateException: no stock left', '\tat com.example.shop.Cart.add(Cart.java:123)',
  'connection refused: 10.0.0.7:5432', 'us-east-1.compute.internal', 'orders.created', 'kafka-consumer-group-3', '/usr/lib/node_modules/app/server.js', 'Mon, 30 Nov 2026 10:15:00 GMT',
  // Counts, sizes and times: numbers of any length up to that of nanoseconds, but those of nine and of eleven digits, which people's numbers have.
  '4', '6', '9', '17', '404', '65536', '250000', '4194304', '20261129', '1764460800', '1764460800123456', '1764460800123456789', '"', '{', 'x=1;y=2',
];

/** What nobody's number is, whatever word stands beside it. */
export const SINGLE: readonly string[] = [...'0123456789'];
