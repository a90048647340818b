/**
 * The traffic of the corpus: a travel shop of eight services with what real services send, personal data and credentials included.
 * Keys follow the OpenTelemetry semantic conventions. Every person, token and number is drawn at random.
 */
import type { Random } from './random.ts';
import type { Attribute } from './wire.ts';

export const SERVICES = ['web', 'search', 'booking', 'pricing', 'payment', 'profile', 'mailer', 'stock'] as const;
export type Service = (typeof SERVICES)[number];

/** OTLP span kinds. */
export const KIND = { internal: 1, server: 2, client: 3 } as const;

export interface ShopSpan {
  readonly service: number;
  readonly kind: number;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly start_ns: number;
  readonly duration_ns: number;
  /** Place of the parent in the trace; -1 for the root. */
  readonly parent: number;
  readonly error: { readonly message: string; readonly event: readonly Attribute[] } | null;
}

interface Visit {
  readonly agency: string;
  readonly traveller: string;
  readonly session: string;
  readonly person: { readonly first: string; readonly last: string; readonly email: string };
  readonly address: string;
}

const FIRST = ['anna', 'ben', 'chiara', 'david', 'elif', 'farid', 'greta', 'hugo', 'ines', 'jonas', 'karin', 'liam', 'mona', 'noah', 'olga', 'pedro'];
const LAST = ['adler', 'bianchi', 'costa', 'dubois', 'eriksen', 'fischer', 'garcia', 'huber', 'ito', 'jensen', 'keller', 'lopez', 'meier', 'novak', 'okafor', 'petit'];
const MAIL = ['example.com', 'example.org', 'mail.example.net'];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'TravelApp/8.2.1 (iPhone; iOS 18.3)', 'okhttp/5.1.0',
];
const ROUTES = ['/', '/trips/{trip}', '/trips/{trip}/book', '/search', '/account', '/account/bookings', '/basket', '/login', '/offers/{offer}'];
const METHODS: Readonly<Record<Service, readonly string[]>> = {
  web: ['Render'], search: ['FindTrips', 'Suggest'], booking: ['Reserve', 'Confirm', 'Cancel'], pricing: ['Quote', 'Convert'],
  payment: ['Charge', 'Refund'], profile: ['GetTraveller', 'UpdateTraveller'], mailer: ['SendConfirmation', 'SendOffer'], stock: ['Hold', 'Release', 'ListSeats'],
};
export const TABLES = ['travellers', 'bookings', 'seats', 'payments', 'offers', 'sessions', 'prices', 'mails'];
const CURRENCIES = ['CHF', 'EUR', 'GBP', 'JPY', 'USD'];
const STEPS = ['validate', 'price', 'render', 'reserve', 'serialize', 'apply-rules'];

/** A trace of `size` spans. */
export function shopTrace(random: Random, size: number): ShopSpan[] {
  const visit = newVisit(random);
  const spans: ShopSpan[] = [];
  for (let at = 0; at < size; at++) spans.push(at === 0 ? rootSpan(random, visit) : childSpan(random, visit, spans));
  return spans;
}

/** What all spans of a service say about themselves. `pod` tells two instances apart. */
export function resourceOf(service: number, pod: number): Attribute[] {
  const name = SERVICES[service] ?? 'unknown';
  return [
    ['service.name', name], ['service.namespace', 'travel'], ['service.version', `4.${service}.${pod}`], ['service.instance.id', `${name}-${pod}`],
    ['deployment.environment.name', 'production'], ['host.name', `node-${service}-${pod}`], ['k8s.namespace.name', 'travel'],
    ['k8s.pod.name', `${name}-6c9d8f7b5-q${service}x${pod}z`], ['os.type', 'linux'], ['telemetry.sdk.name', 'opentelemetry'],
    ['telemetry.sdk.language', 'nodejs'], ['telemetry.sdk.version', '2.2.0'],
  ];
}

function newVisit(random: Random): Visit {
  const first = random.pick(FIRST);
  const last = random.pick(LAST);
  return {
    agency: `agency-${random.skewed(200)}`,
    traveller: `traveller-${random.skewed(20_000)}`,
    session: random.hex(32),
    person: { first, last, email: `${first}.${last}${random.skewed(5_000)}@${random.pick(MAIL)}` },
    address: `${[11, 62, 85, 93, 151, 188][random.int(6)] ?? 93}.${random.int(256)}.${random.int(256)}.${1 + random.int(254)}`,
  };
}

function rootSpan(random: Random, visit: Visit): ShopSpan {
  const route = random.pick(ROUTES);
  const failed = random.chance(0.03);
  const status = failed ? random.pick([500, 503]) : random.pick([200, 200, 200, 200, 200, 200, 201, 304, 404]);
  const path = route.replace(/\{\w+\}/u, () => String(10_000 + random.int(90_000)));
  const query = route === '/search' ? `?from=ZRH&to=LIS&traveller=${encodeURIComponent(visit.person.email)}` : route === '/login' ? `?ticket=${random.token(40)}` : '';
  const attributes: Attribute[] = [
    ...carried(visit), ['http.request.method', 'GET'], ['http.route', route], ['url.full', `https://travel.example.com${path}${query}`], ['http.response.status_code', status],
    ['server.address', 'travel.example.com'], ['server.port', 443], ['client.address', visit.address], ['user_agent.original', random.pick(AGENTS)], ['network.protocol.version', '2'],
  ];
  if (random.chance(0.3)) attributes.push(['http.request.header.cookie', `sid=${visit.session}; theme=dark; cart=${random.hex(16)}`]);
  if (random.chance(0.2)) attributes.push(['http.request.header.authorization', `Bearer ${jwt(random)}`]);
  return { service: 0, kind: KIND.server, name: `GET ${route}`, attributes, start_ns: 0, duration_ns: 20e6 + random.real() ** 4 * 900e6, parent: -1, error: failed ? failure(random, 0, visit) : null };
}

function childSpan(random: Random, visit: Visit, spans: readonly ShopSpan[]): ShopSpan {
  // Children of databases do not exist; the last few spans make the likeliest parents, so that traces are deep as well as wide.
  let parent = Math.max(0, spans.length - 1 - random.int(6));
  while (parent > 0 && isDatabase(spans[parent])) parent -= 1;
  const above = spans[parent];
  if (above === undefined) throw new Error('cannot make a child without a parent');
  const failed = random.chance(0.03);
  const answersCall = above.kind === KIND.client && !isDatabase(above);
  const service = answersCall ? 1 + random.int(SERVICES.length - 1) : above.service;
  const what = answersCall ? call(random, visit, service, KIND.server, failed) : random.pick([call, call, database, database, step])(random, visit, service, KIND.client, failed);
  const start_ns = above.start_ns + above.duration_ns * random.real() * 0.5;
  const duration_ns = Math.max(15e3, above.duration_ns * (0.1 + random.real() * 0.6));
  return { ...what, service, start_ns, duration_ns, parent, error: failed ? failure(random, service, visit) : null };
}

type What = Pick<ShopSpan, 'kind' | 'name' | 'attributes'>;

function call(random: Random, visit: Visit, service: number, kind: number, failed: boolean): What {
  const target = kind === KIND.client ? 1 + random.int(SERVICES.length - 1) : service;
  const name = SERVICES[target] ?? 'web';
  const method = random.pick(METHODS[name]);
  const attributes: Attribute[] = [
    ...carried(visit), ['rpc.system', 'grpc'], ['rpc.service', `travel.${name}.v1.${name}`], ['rpc.method', method], ['rpc.grpc.status_code', failed ? random.pick([2, 4, 13, 14]) : 0],
    ['server.address', `${name}.travel.svc.cluster.local`], ['server.port', 8080], ['network.peer.address', `10.8.${target}.${2 + random.int(2)}`], ['network.peer.port', 30_000 + random.int(30_000)],
    ['thread.id', random.int(32)],
  ];
  if (name === 'profile' || name === 'mailer') attributes.push(['user.email', visit.person.email]);
  else if (name === 'payment' && random.chance(0.2)) attributes.push(['payment.card', card(random)]);
  else if (random.chance(0.05)) attributes.push(['rpc.request.metadata.x-api-key', `key-${random.hex(32)}`]);
  return { kind, name: `travel.${name}.v1.${name}/${method}`, attributes };
}

function database(random: Random, visit: Visit): What {
  const table = random.pick(TABLES);
  const { text, operation } = statement(random, visit, table);
  const attributes: Attribute[] = [
    ...carried(visit), ['db.system.name', 'postgresql'], ['db.namespace', 'travel'], ['db.operation.name', operation], ['db.collection.name', table], ['db.query.text', text],
    ['server.address', 'postgres-0.db.svc'], ['server.port', 5432], ['network.peer.address', `10.9.0.${random.int(8)}`], ['db.response.returned_rows', random.skewed(500)],
  ];
  return { kind: KIND.client, name: `${operation} ${table}`, attributes };
}

function step(random: Random, visit: Visit, service: number): What {
  const name = SERVICES[service] ?? 'web';
  const action = random.pick(STEPS);
  const attributes: Attribute[] = [
    ...carried(visit), ['app.booking', `bk_${random.hex(16)}`], ['app.amount', random.int(100_000) / 100 + 0.005], ['app.currency', random.pick(CURRENCIES)], ['app.experiment', random.chance(0.5)],
    ['code.function.name', `travel.${name}.Flow.${action}`], ['code.file.path', `/srv/travel/src/${name}/flow.ts`], ['code.line.number', 1 + random.int(300)], ['thread.id', random.int(32)],
    ['thread.name', `pool-1-thread-${random.int(32)}`],
  ];
  return { kind: KIND.internal, name: `${name} ${action}`, attributes };
}

/** Half of the statements carry their values in the text, as drivers without bound parameters send them. */
function statement(random: Random, visit: Visit, table: string): { readonly text: string; readonly operation: string } {
  const bound = random.chance(0.5);
  const { email, last } = visit.person;
  const value = (place: number, literal: string): string => (bound ? `$${place}` : literal);
  const operation = random.pick(['SELECT', 'SELECT', 'INSERT', 'UPDATE']);
  if (operation === 'SELECT') return { operation, text: `SELECT id, email, state, created_at FROM ${table} WHERE agency_id = ${value(1, String(random.skewed(200)))} AND email = ${value(2, `'${email}'`)} ORDER BY created_at DESC LIMIT 50` };
  if (operation === 'INSERT') return { operation, text: `INSERT INTO ${table} (id, agency_id, name, email, created_at) VALUES (${value(1, String(random.int(1e6)))}, ${value(2, String(random.skewed(200)))}, ${value(3, `'${last}'`)}, ${value(4, `'${email}'`)}, now()) RETURNING id` };
  return { operation, text: `UPDATE ${table} SET state = ${value(1, `'confirmed'`)}, changed_at = now() WHERE id = ${value(2, String(random.int(1e6)))} AND agency_id = ${value(3, String(random.skewed(200)))}` };
}

function failure(random: Random, service: number, visit: Visit): { readonly message: string; readonly event: readonly Attribute[] } {
  const name = SERVICES[service] ?? 'web';
  const message = random.chance(0.3) ? `no seat left for ${visit.person.email}` : 'upstream did not answer within 5000 ms';
  const frames = Array.from({ length: 12 }, (_, at) => `    at Flow.step${at} (/srv/travel/src/${name}/flow.ts:${20 + at * 7}:${3 + at})`);
  return { message, event: [['exception.type', 'UpstreamError'], ['exception.message', message], ['exception.stacktrace', [`UpstreamError: ${message}`, ...frames].join('\n')]] };
}

function carried(visit: Visit): Attribute[] {
  return [['app.agency', visit.agency], ['app.traveller', visit.traveller], ['session.id', visit.session]];
}

function isDatabase(span: ShopSpan | undefined): boolean {
  return span?.attributes.some(([key]) => key === 'db.system.name') ?? false;
}

function jwt(random: Random): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256', typ: 'JWT' })}.${part({ sub: String(random.int(1e9)), iss: 'https://id.example.com', exp: 2_000_000_000 })}.${random.token(86)}`;
}

/** Sixteen digits with a right check digit (Luhn, ISO/IEC 7812-1). */
function card(random: Random): string {
  const digits = [4, ...Array.from({ length: 14 }, () => random.int(10))];
  const sum = digits.reduce((total, digit, at) => total + (at % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit), 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
}
