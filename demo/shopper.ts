/** The customers: journeys through the shop, started at a steady rate. Outside of the shop, so not instrumented. `SHOP_RATE` journeys a second. */
import { makePerson } from './people.ts';
import type { Person } from './people.ts';
import { addressOf, announce, sleep } from './service.ts';

const SEARCHES = ['tea', 'cup', 'pot', 'honey', "lover's tea", 'scale', "' OR 1=1 --"];
const SKUS = ['tea-assam', 'tea-sencha', 'pot-iron', 'cup-blue', 'honey-lime'];
/** Never in stock. */
const SOLD_OUT = 'scale-brass';
/** Customers come back; a new one replaces a random one now and then. */
const CUSTOMERS = 200;
const JOURNEYS_AT_ONCE_MAX = 50;

process.on('SIGTERM', () => process.exit(0));
announce(0);

const shop = `http://${await addressOf('frontend')}`;
const customers = Array.from({ length: CUSTOMERS }, () => makePerson(Math.random));
const rate = Number(process.env['SHOP_RATE'] ?? '2');
let under_way = 0;
for (;;) {
  if (under_way < JOURNEYS_AT_ONCE_MAX) {
    under_way++;
    journey(pick(customers)).catch(() => {}).finally(() => under_way--);
  }
  await sleep(1000 / rate);
}

async function journey(person: Person): Promise<void> {
  const from = { 'x-forwarded-for': person.ip, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) ExampleBrowser/4.2' };
  await visit('GET', '/', from);
  await visit('GET', `/search?q=${encodeURIComponent(pick(SEARCHES))}`, from);

  const who = new URLSearchParams({ email: person.email, password: chance(0.05) ? 'forgotten' : person.password, name: person.name, phone: person.phone });
  const login = await visit<{ token: string; session: string }>('POST', `/login?${who}`, from);
  const signedIn = { ...from, authorization: `Bearer ${login.token}`, cookie: `theme=dark; sid=${login.session}` };

  if (chance(0.3)) await visit('GET', `/account?access_token=${login.token}`, signedIn);
  await visit('POST', '/cart', signedIn, { sku: chance(0.06) ? SOLD_OUT : pick(SKUS), quantity: 1 + Math.floor(Math.random() * 3) });
  await visit('POST', '/checkout', signedIn, { name: person.name, email: person.email, phone: person.phone, card: person.card });
  if (chance(0.1)) await visit('POST', '/refund', signedIn, { iban: person.iban });
}

async function visit<T>(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<T> {
  const response = await fetch(shop + path, { method, headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  await sleep(Math.random() * 120);
  return (await response.json()) as T;
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T;
}

function chance(probability: number): boolean {
  return Math.random() < probability;
}
