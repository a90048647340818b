/**
 * `npm run demo`: Tracekeep, and a shop whose services send it their traces, with everything in them that should never have
 * been there. Shows what arrives and what is taken out, and one span before and after.
 */
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Child } from './child.ts';
import { Counts } from './counts.ts';
import { compare, findSpan, renderExample } from './example.ts';
import { bold, red, Screen } from './screen.ts';
import { SERVICE_NAMES, startShop } from './shop.ts';
import type { ServiceName, Shop } from './shop.ts';
import type { SentSpan } from './telemetry.ts';
import { choosePorts, ROOT, Tracekeep, USUAL_PORTS } from './tracekeep.ts';

const HELP = `npm run demo -- [options]     Tracekeep, and a shop of ${SERVICE_NAMES.length} services that sends it traces

  --seconds N   stop by itself after N seconds of traffic
  --rate N      journeys of customers through the shop per second (2); each is about 50 spans
  --data DIR    where the traces are kept (.tracekeep/demo)
  --help        this`;

const COUNTS_EVERY_MS = 2_000;
/** Sent spans that the example is chosen from. */
const CANDIDATES_MAX = 8;

/** The reason of a stop that was asked for. */
const STOPPED = Symbol('stopped');

interface Options {
  readonly seconds: number;
  readonly rate: number;
  readonly data: string;
}

const screen = new Screen(process.stdout);
const stop = new AbortController();
const stopped = new Promise<never>((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason)));
stopped.catch(() => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(STOPPED));
// Nobody reads any more (`| head`).
process.stdout.on('error', () => stop.abort(STOPPED));

const options = readOptions();
if (options !== null) process.exit(await demo(options));

async function demo({ seconds, rate, data }: Options): Promise<number> {
  screen.say(bold('Tracekeep demo: starting the server. Ctrl-C stops everything.'));
  let server: Tracekeep | undefined;
  let shop: Shop | undefined;
  let counts: Counts | undefined;
  try {
    server = await startServer(data);
    await unlessStopped(server.ready);
    screen.say(`The server is ready: OTLP over HTTP at ${server.otlpHttp}, over gRPC at ${server.otlpGrpc}.`);
    await unlessStopped(sayWhereToLook(server, data));

    const [keys] = await unlessStopped(Promise.all([createKeys(server), server.applyPolicy()]));
    const running = server;
    counts = new Counts(() => running.totals(), screen);
    await unlessStopped(counts.show());

    const sent: SentSpan[] = [];
    screen.say(`Each service has an ingest key of its own. Starting the shop: ${SERVICE_NAMES.join(', ')}.`);
    shop = startShop({
      otlpHttp: server.otlpHttp,
      otlpGrpc: server.otlpGrpc,
      headersOf: (service) => `authorization=Bearer ${keys.get(service)}`,
      rate,
      onSpan: (span) => void (sent.length < CANDIDATES_MAX && sent.push(span)),
      onDeath: reportDeath,
    });
    await unlessStopped(shop.ready);
    screen.say('Customers are coming in. Their cards, passwords and addresses are made up; the services and their traces are real.');
    await unlessStopped(watch(server, counts, sent, { data, seconds }));
    return 0;
  } catch (error) {
    if (stop.signal.reason === STOPPED) return 0;
    screen.say(red(error instanceof Error ? error.message : String(error)));
    return 1;
  } finally {
    if (server !== undefined) screen.say('Stopping: first the shop, then the server.');
    await shop?.stop();
    await counts?.show();
    await server?.stop();
    if (server !== undefined) screen.say(`Everything is stopped. What was kept is in ${shown(data)}.`);
  }
}

async function startServer(data: string): Promise<Tracekeep> {
  const ports = await unlessStopped(choosePorts(USUAL_PORTS));
  for (const name of ['otlpHttp', 'otlpGrpc', 'console'] as const) {
    if (ports[name] !== USUAL_PORTS[name]) screen.say(red(`Port ${USUAL_PORTS[name]} is in use by another program; taking ${ports[name]} instead.`));
  }
  const server = new Tracekeep(data, ports);
  void server.child.died.then((how) => {
    reportDeath(server.child, how);
    stop.abort(new Error('The demo ends because its server did.'));
  });
  return server;
}

async function createKeys(server: Tracekeep): Promise<ReadonlyMap<ServiceName, string>> {
  const [keys] = await Promise.all([server.ingestKeys(SERVICE_NAMES), server.signIn()]);
  return new Map(SERVICE_NAMES.map((service, at) => [service, keys[at]!]));
}

async function sayWhereToLook(server: Tracekeep, data: string): Promise<void> {
  const link = await server.signInLink();
  const another = `npm run tracekeep -- user link demo --data ${shown(data)}`;
  screen.say('', bold('Open the console:'), `  ${link}`, `It signs in once, within ten minutes, as somebody who may do everything but give rights. For another link: ${another}`, 'For accounts, tokens and access policies: the same with demo-admin, who opens nothing that is sealed.', '');
}

/** Counts every two seconds; once, the example. Ends after `seconds`. */
async function watch(server: Tracekeep, counts: Counts, sent: readonly SentSpan[], { data, seconds }: { data: string; seconds: number }): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let example = false; ; ) {
    const stored = await counts.show();
    if (!example && stored > 0) example = await showExample(server, sent, data);
    const left_ms = end - Date.now();
    if (left_ms <= 0 || stop.signal.aborted) return;
    await sleep(Math.min(COUNTS_EVERY_MS, left_ms), undefined, { signal: stop.signal });
  }
}

async function showExample(server: Tracekeep, sent: readonly SentSpan[], data: string): Promise<boolean> {
  for (const span of sent) {
    const stored = findSpan((await server.trace(span.traceId)) ?? {}, span.spanId);
    if (stored === undefined) continue;
    const comparison = compare(span, stored);
    if (comparison.changed.length === 0) continue;
    const where = shown(data);
    screen.say(
      ...renderExample(span, comparison, screen.columns),
      'Look for yourself, in the console or in another terminal:',
      `  ${server.console}/traces/${span.traceId}`,
      `  npm run tracekeep -- trace ${span.traceId} --data ${where}`,
      'What is [sealed] was kept, closed under a key of its customer. Press o on the trace in the console to open it, for a reason that goes into the log.',
      ...forgetting(span, where),
      '',
    );
    return true;
  }
  return false;
}

/** How the customer of the example is found and forgotten. Who they are was made up. */
function forgetting({ attributes }: SentSpan, where: string): string[] {
  const customer = attributes['enduser.id'];
  return typeof customer === 'string' ? [`All traces of that customer: search for enduser.id=${customer} in the console, which finds it closed.`, 'Or destroy their key, so that nobody can open it any more, and look at the trace again:', `  npm run tracekeep -- forget ${customer} --data ${where}`] : [];
}

function reportDeath(child: Child, how: string): void {
  screen.say(red(`${child.name} ended by itself: ${how}. Its last lines:`), ...child.lastLines.map((line) => `  ${line}`));
}

function unlessStopped<T>(work: Promise<T>): Promise<T> {
  return Promise.race([work, stopped]);
}

function shown(data: string): string {
  const path = relative(process.cwd(), data);
  return path.startsWith('..') ? data : path;
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({ options: { seconds: { type: 'string' }, rate: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help === true) {
      console.log(HELP);
      return null;
    }
    return { seconds: positive('seconds', values.seconds ?? 'Infinity'), rate: positive('rate', values.rate ?? '2'), data: values.data ?? `${ROOT}/.tracekeep/demo` };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} wants a number above 0`);
  return value;
}
