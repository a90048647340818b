/**
 * The traffic of a shop for looking at: seven services, people who browse, log in, fill carts and pay; declined cards, slow searches, a
 * quarter of an hour in which the database was slow, customers' data where it does not belong. All of it made up: nothing here is a
 * credential, and mail addresses end in example.
 */
import { KIND, Mishap, type SpanFields, ToldTrace } from './told-trace.ts';

export const SHOP_SERVICES = ['frontend', 'accounts', 'cart', 'checkout', 'inventory', 'payment', 'mailer'] as const;

const SKUS = ['tea-assam', 'tea-sencha', 'pot-iron', 'cup-blue', 'filter-60'] as const;
const PEOPLE = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'margaret'] as const;
const WORDS = ['tea', 'pot', 'green tea', 'iron', 'cup'] as const;

/** `slow`: whether the database is having its bad quarter of an hour. `released`: whether the version of the cart is out that notes down whom to call. */
export function shopTrace(random: () => number, start_ms: number, slow: boolean, released = false): ToldTrace {
  const told = new ToldTrace(random, start_ms);
  const shop = new Shop(told, slow, released);
  const dice = random();
  if (dice < 0.36) shop.browse();
  else if (dice < 0.56) shop.search();
  else if (dice < 0.72) shop.addToCart();
  else if (dice < 0.84) shop.logIn();
  else shop.checkOut();
  return told;
}

class Shop {
  readonly #told: ToldTrace;
  readonly #slow: boolean;
  readonly #released: boolean;
  readonly #person: string;

  constructor(told: ToldTrace, slow: boolean, released: boolean) {
    this.#told = told;
    this.#slow = slow;
    this.#released = released;
    this.#person = this.#pick(PEOPLE);
  }

  browse(): void {
    this.#visit('GET', '/', 200, () => this.#call('frontend', 'inventory', 'GET', '/products', () => this.#products()));
  }

  search(): void {
    const words = this.#pick(WORDS);
    this.#visit('GET', '/search', 200, () => {
      this.#told.attribute('url.query', `q=${encodeURIComponent(words)}`);
      this.#call('frontend', 'inventory', 'GET', '/search', () => {
        if (this.#chance(0.12)) {
          this.#told.event('log', { 'log.severity': 'warn', 'log.message': `slow search for "${words}"` });
          this.#sql('inventory', 'SELECT', 'products', 320);
        }
        if (this.#chance(0.03)) throw new Mishap('DatabaseError', 'syntax error at or near "s"');
        this.#sql('inventory', 'SELECT', 'products', 4);
      });
    });
  }

  addToCart(): void {
    this.#visit('POST', '/cart', 200, () =>
      this.#call('frontend', 'cart', 'POST', '/items', () => {
        this.#told.attribute('shop.sku', this.#pick(SKUS));
        if (this.#released) this.#told.attribute('shop.customer.phone', '+49 30 901820');
        this.#cache('HSET');
        this.#told.together(() => this.#cache('INCR'), () => this.#cache('HGETALL'));
      }),
    );
  }

  logIn(): void {
    this.#visit('POST', '/login', 200, () => {
      this.#told.attribute('enduser.id', this.#mail());
      this.#call('frontend', 'accounts', 'POST', '/login', () => {
        this.#told.attribute('http.request.header.authorization', `Bearer ${this.#token()}`);
        this.#sql('accounts', 'SELECT', 'customers', 3);
        this.#told.span('accounts', 'verify password', KIND.internal, {}, () => this.#told.work(38));
        if (this.#chance(0.08)) throw new Mishap('LoginRefused', `wrong password for ${this.#mail()}`);
      });
    });
  }

  checkOut(): void {
    const told = this.#told;
    this.#visit('POST', '/checkout', 200, () => {
      told.attribute('enduser.id', this.#mail());
      told.event('log', { 'log.severity': 'info', 'log.message': `checkout by ${this.#person} <${this.#mail()}>, call +49 30 901820 if the card is refused` });
      this.#call('frontend', 'checkout', 'POST', '/orders', () => {
        this.#call('checkout', 'cart', 'GET', '/items', () => this.#cache('HGETALL'));
        const reserve = (): void =>
          this.#call('checkout', 'inventory', 'POST', '/reservations', () => {
            this.#sql('inventory', 'UPDATE', 'products', 5);
            if (this.#chance(0.03)) throw new Mishap('OutOfStock', `${this.#pick(SKUS)} is out of stock`);
            this.#sql('inventory', 'INSERT', 'orders', 4);
          });
        told.together(...Array.from({ length: 1 + Math.floor(told.random() * 4) }, () => reserve));
        this.#pay();
        const sent = told.span('checkout', 'send mails', KIND.producer, { 'messaging.system': 'redis', 'messaging.destination.name': 'mails' });
        this.#call('checkout', 'cart', 'DELETE', '/items', () => this.#cache('DEL'));
        this.#mailLater(sent);
      });
    });
  }

  #pay(): void {
    const told = this.#told;
    told.call('checkout', 'payment', 'shop.Payment/Charge', { 'rpc.system': 'grpc', 'rpc.service': 'shop.Payment', 'rpc.method': 'Charge' }, () => {
      told.event('log', { 'log.severity': 'info', 'log.message': `charge for ${this.#mail()}` });
      told.span('payment', 'POST', KIND.client, { 'http.request.method': 'POST', 'server.address': 'bank.example', 'url.full': 'https://bank.example/v2/charges' }, () => told.work(this.#chance(0.1) ? 620 : 45));
      if (this.#chance(this.#slow ? 0.3 : 0.06)) throw new Mishap('CardDeclined', `card of ${this.#person} <${this.#mail()}> was declined`);
      this.#sql('payment', 'INSERT', 'payments', 4);
    });
  }

  /** The mailer takes the message after the customer has left: a span that outlives its parent, and links to the one that sent it. */
  #mailLater(sent: SpanFields): void {
    const told = this.#told;
    told.span('mailer', 'process mails', KIND.consumer, { 'messaging.system': 'redis', 'messaging.destination.name': 'mails' }, () => {
      told.link(sent, { 'messaging.message.id': sent.spanId });
      told.work(2);
      told.span('mailer', 'render mail', KIND.internal, { 'mail.to': this.#mail(), 'mail.template': 'receipt' }, () => told.work(6));
    });
  }

  #products(): void {
    this.#cache('GET', 'inventory');
    if (this.#chance(0.4)) this.#sql('inventory', 'SELECT', 'products', 6);
  }

  #visit(method: string, route: string, status: number, inside: () => void): void {
    const told = this.#told;
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'url.scheme': 'https',
      'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/148.0',
      'client.address': `203.0.113.${Math.floor(told.random() * 250)}`,
      'session.id': `s-${Math.floor(told.random() * 400)}`,
    };
    const root = told.span('frontend', `${method} ${route}`, KIND.server, attributes, () => {
      told.work(1.2);
      inside();
      told.work(1.5);
    });
    const failed = root.status !== undefined;
    root.attributes.push({ key: 'http.response.status_code', value: { intValue: String(failed ? 502 : status) } });
  }

  #call(from: string, to: string, method: string, route: string, inside: () => void): void {
    const attributes = { 'http.request.method': method, 'http.route': route, 'network.protocol.version': '1.1' };
    this.#told.call(from, to, `${method} ${route}`, attributes, () => {
      this.#told.work(0.8);
      inside();
    });
  }

  #sql(service: string, verb: string, table: string, ms: number): void {
    const text = verb === 'SELECT' ? `SELECT sku, title FROM ${table} WHERE title ILIKE $1` : `${verb} ${table} SET stock = $1 WHERE sku = $2`;
    this.#told.span(service, `${verb} ${table}`, KIND.client, { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': text, 'server.address': 'db.internal' }, () => this.#told.work(this.#slow ? ms * 9 : ms));
  }

  #cache(verb: string, service = 'cart'): void {
    this.#told.span(service, verb, KIND.client, { 'db.system.name': 'redis', 'db.operation.name': verb, 'server.address': 'cache.internal' }, () => this.#told.work(0.7));
  }

  #mail(): string {
    return `${this.#person}@shop.example`;
  }

  #token(): string {
    let token = 'tok_';
    for (let at = 0; at < 32; at++) token += 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'[Math.floor(this.#told.random() * 57)];
    return token;
  }

  #chance(of: number): boolean {
    return this.#told.random() < of;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#told.random() * list.length)]!;
  }
}
