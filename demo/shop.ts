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
import { randomBytes } from 'node:crypto';
import { Child } from './child.ts';
import { makeApiKey } from './people.ts';
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
  /** Customers first, so that what is under way gets finished and exported. */
  stop(): Promise<void>;
}

const EXPORT_PATIENCE_MS = 5_000;

export async function startShop(options: ShopOptions): Promise<Shop> {
  const children: Child[] = [];
  const ports: Record<string, number> = {};

  const start = async (name: string, args: string[], env: Record<string, string> = {}): Promise<Child> => {
    let child: Child | undefined;
    await new Promise<void>((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        const said = message as { kind: 'listening'; port: number } | { kind: 'span'; span: SentSpan };
        if (said.kind === 'span') return options.onSpan?.(said.span);
        ports[name] = said.port;
        resolve();
      };
      const started = new Child({ name, args, env, onMessage });
      child = started;
      children.push(started);
      void started.died.then((how) => {
        options.onDeath?.(started, how);
        reject(new Error(`cannot start ${name}: ${how}\n${started.lastLines.join('\n')}`));
      });
    });
    return child as Child;
  };

  const stop = async (): Promise<void> => {
    const [customers, services, backing] = [['shopper'], SERVICE_NAMES as string[], ['database', 'cache']].map((names) => children.filter((child) => names.includes(child.name)));
    for (const group of [customers, services, backing]) await Promise.all((group ?? []).map((child) => child.stop(EXPORT_PATIENCE_MS)));
  };

  try {
    await Promise.all(['database', 'cache'].map((name) => start(name, [file(name)])));
    const env = {
      DATABASE_URL: `postgres://shop:${randomBytes(9).toString('base64url')}@127.0.0.1:${ports['database']}/shop`,
      CACHE_URL: `redis://127.0.0.1:${ports['cache']}`,
      PAYMENT_API_KEY: makeApiKey(),
      BANK_PASSWORD: randomBytes(9).toString('base64url'),
      SMTP_URL: `smtp://shop:${randomBytes(9).toString('base64url')}@mail.example:587`,
      SHOP_RATE: String(options.rate),
    };
    await Promise.all([
      ...SERVICE_NAMES.map((name) => start(name, ['--import', file('telemetry'), file(name)], { ...env, ...telemetryOf(name, options) })),
      start('shopper', [file('shopper')], env),
    ]);
    for (const child of children) child.send({ kind: 'peers', peers: ports });
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
