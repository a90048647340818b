/**
 * The shop as a whole: which processes it is made of, how each sends its spans, and how they are started and stopped. Used by
 * the demo and by its test, which differ only in where the spans go.
 *
 *     customers ─▶ frontend ─▶ accounts ─▶ SQL, cache
 *                           ─▶ cart ─▶ cache
 *                           ─▶ inventory ─▶ SQL
 *                           ─▶ checkout ─▶ cart, inventory, payment (gRPC) ─▶ SQL
 *                                       ─▶ queue ─▶ mailer
 */
import { Child } from './child.ts';
import { makeApiKey, makePassword } from './people.ts';
import type { SentSpan } from './telemetry.ts';

/** Every service with the OTLP protocol that its exporter speaks. */
export const SERVICES = {
  frontend: 'http/protobuf',
  accounts: 'http/protobuf',
  cart: 'http/json',
  inventory: 'http/protobuf',
  payment: 'grpc',
  checkout: 'http/protobuf',
  mailer: 'http/protobuf',
} as const;

export type ServiceName = keyof typeof SERVICES;
export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

export interface ShopOptions {
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  /** Exporter headers of a service, as `OTEL_EXPORTER_OTLP_HEADERS` takes them. */
  readonly headersOf: (service: ServiceName) => string;
  /** Journeys through the shop per second. */
  readonly rate: number;
  /** Is shown the spans of `POST /checkout` as the frontend sent them. */
  readonly onSpan?: (span: SentSpan) => void;
  readonly onDeath?: (child: Child, how: string) => void;
}

export interface Shop {
  /** Every process is up and knows the others. Rejects if one ends before. */
  readonly ready: Promise<void>;
  /** Customers first, so that what is under way gets finished and exported. May be called before the shop is ready. */
  stop(): Promise<void>;
}

/** In the order in which they are stopped. */
const GROUPS: readonly (readonly string[])[] = [['shopper'], SERVICE_NAMES, ['database', 'cache']];
/** An exporter that is refused needs this long to give up. */
const STOP_MS_MAX = 5_000;

export function startShop(options: ShopOptions): Shop {
  const children: Child[] = [];
  const ports: Record<string, number> = {};
  let stopping = false;

  const start = (name: string, args: string[], env: Record<string, string> = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      if (stopping) return reject(new Error('cannot start the shop: it is being stopped'));
      const onMessage = (message: unknown): void => {
        const said = message as { kind: 'listening'; port: number } | { kind: 'span'; span: SentSpan };
        if (said.kind === 'span') return options.onSpan?.(said.span);
        ports[name] = said.port;
        resolve();
      };
      const child = new Child({ name, args, env, onMessage });
      children.push(child);
      void child.died.then((how) => options.onDeath?.(child, how));
      void child.exited.then((how) => reject(new Error(`cannot start ${name}: ${how}`)));
    });

  const open = async (): Promise<void> => {
    await Promise.all(['database', 'cache'].map((name) => start(name, [file(name)])));
    const env = {
      DATABASE_URL: `postgres://shop:${makePassword()}@127.0.0.1:${ports['database']}/shop`,
      CACHE_URL: `redis://127.0.0.1:${ports['cache']}`,
      PAYMENT_API_KEY: makeApiKey(),
      BANK_PASSWORD: makePassword(),
      SMTP_URL: `smtp://shop:${makePassword()}@mail.example:587`,
      SHOP_RATE: String(options.rate),
    };
    const services = SERVICE_NAMES.map((name) => start(name, ['--import', file('telemetry'), file(name)], { ...env, ...telemetryOf(name, options) }));
    await Promise.all([...services, start('shopper', [file('shopper')], env)]);
    for (const child of children) child.send({ kind: 'peers', peers: ports });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    for (const names of GROUPS) await Promise.all(children.filter(({ name }) => names.includes(name)).map((child) => child.stop(STOP_MS_MAX)));
  };

  return { ready: open(), stop };
}

function telemetryOf(name: ServiceName, options: ShopOptions): Record<string, string> {
  const protocol = SERVICES[name];
  return {
    OTEL_SERVICE_NAME: name,
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop,deployment.environment.name=demo',
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,process',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? options.otlpGrpc : options.otlpHttp,
    OTEL_EXPORTER_OTLP_HEADERS: options.headersOf(name),
    OTEL_EXPORTER_OTLP_COMPRESSION: protocol === 'http/protobuf' ? 'gzip' : 'none',
    // Spans leave after a second instead of five: somebody is watching.
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    ...(name === 'frontend' && options.onSpan !== undefined ? { SHOP_SHOWN_PATH: '/checkout' } : {}),
  };
}

function file(name: string): string {
  return `${import.meta.dirname}/${name}.ts`;
}
