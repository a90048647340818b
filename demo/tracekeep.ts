/** Tracekeep as the demo uses it, and as anybody would: from outside, by its command line and its HTTP interface alone. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { Child } from './child.ts';
import type { Totals } from './counts.ts';
import type { OtlpJson } from './example.ts';

export interface Ports {
  readonly otlpHttp: number;
  readonly otlpGrpc: number;
  readonly console: number;
}

/** What OTLP and our documentation name. */
export const USUAL_PORTS: Ports = { otlpHttp: 4318, otlpGrpc: 4317, console: 4320 };
export const ROOT = dirname(import.meta.dirname);

const HOST = '127.0.0.1';
const DEMO_ACCOUNT = 'demo';
/** All but admin: whoever is one opens nothing that is sealed, whatever roles they have besides. */
const DEMO_ROLES = ['investigator', 'security-analyst', 'privacy-officer', 'key-custodian', 'auditor', 'operator'];
const ADMIN_ACCOUNT = 'demo-admin';
const POLICY = 'demo/policy.yaml';
const MAIN = 'src/main.ts';
/** The server empties its pipeline before it goes. */
const DRAIN_MS_MAX = 30_000;
const ANSWER_MS_MAX = 5_000;
const VERB_MS_MAX = 60_000;

/** The usual ports, or a free one in place of each that is taken. */
export async function choosePorts(usual: Ports): Promise<Ports> {
  const [otlpHttp = 0, otlpGrpc = 0, console = 0] = await Promise.all([usual.otlpHttp, usual.otlpGrpc, usual.console].map(async (port) => ((await canListen(port)) ? port : await freePort())));
  return { otlpHttp, otlpGrpc, console };
}

export class Tracekeep {
  readonly child: Child;
  readonly ports: Ports;
  /** Settles once the server serves; rejects if it ends before. */
  readonly ready: Promise<void>;
  readonly #data: string;
  #token = '';
  /** Nobody had the demo's account in its data directory. */
  #isNew = false;

  constructor(data: string, ports: Ports) {
    this.#data = data;
    this.ports = ports;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.child = new Child({
      name: 'tracekeep',
      args: [...process.execArgv, `${ROOT}/${MAIN}`, 'serve', '--data', data, '--otlp-http', `${HOST}:${ports.otlpHttp}`, '--otlp-grpc', `${HOST}:${ports.otlpGrpc}`, '--console', `${HOST}:${ports.console}`],
      onLine: (line) => void (line.startsWith('tracekeep ready') && resolve()),
    });
    void this.child.exited.then((how) => reject(new Error(`cannot start the server: ${how}`)));
  }

  get otlpHttp(): string {
    return `http://${HOST}:${this.ports.otlpHttp}`;
  }

  get otlpGrpc(): string {
    return `http://${HOST}:${this.ports.otlpGrpc}`;
  }

  get console(): string {
    return `http://${HOST}:${this.ports.console}`;
  }

  /** Ingest keys, each of which may speak for one service. A producer left by an earlier demo in the same directory gets a new key. */
  async ingestKeys(services: readonly string[]): Promise<string[]> {
    const token = await this.#run('token', 'create', '--role', 'admin', '--expires', '1h');
    const { producers } = (await this.#ask(token, '/api/v1/producers')) as { producers: readonly { id: string; name: string }[] };
    return Promise.all(services.map(async (service) => {
      const name = `demo-${service}`;
      const known = producers.find((producer) => producer.name === name);
      const made = known === undefined ? this.#ask(token, '/api/v1/producers', { name, services: [service] }) : this.#ask(token, `/api/v1/producers/${known.id}/rotate`, { graceMs: 0 });
      return ((await made) as { key: string }).key;
    }));
  }

  /** From now on `totals` and `trace` may ask. */
  async signIn(): Promise<void> {
    this.#token = await this.#run('token', 'create', '--role', 'viewer', '--expires', '24h');
  }

  /** An address that signs a browser in, once, within ten minutes. The accounts are this demo's own; nobody knows their passwords. */
  async signInLink(): Promise<string> {
    await this.#account(ADMIN_ACCOUNT, ['admin']);
    this.#isNew = await this.#account(DEMO_ACCOUNT, DEMO_ROLES);
    return this.#run('user', 'link', DEMO_ACCOUNT);
  }

  /** The demo's own policy, unless the directory is of an earlier demo: somebody may have put another one in force since. */
  async applyPolicy(): Promise<void> {
    if (this.#isNew) await this.#run('policy', 'apply', `${ROOT}/${POLICY}`, '--note', 'what the demo seals');
  }

  async totals(): Promise<Totals> {
    return ((await this.#get('/api/v1/accounting')) as { totals: Totals }).totals;
  }

  /** Undefined while it is not known, or not yet to be found. */
  async trace(id: string): Promise<OtlpJson | undefined> {
    return (await this.#get(`/api/v1/traces/${id}`).catch(() => undefined)) as OtlpJson | undefined;
  }

  async stop(): Promise<void> {
    await this.child.stop(DRAIN_MS_MAX);
  }

  /** Whether it is new; one that an earlier demo made gets these roles. */
  async #account(name: string, roles: readonly string[]): Promise<boolean> {
    const isNew = await this.#run('user', 'add', name, '--role', ...roles).then(() => true, () => false);
    if (!isNew) await this.#run('user', 'role', name, '--role', ...roles);
    return isNew;
  }

  #get(path: string): Promise<unknown> {
    return this.#ask(this.#token, path);
  }

  async #ask(token: string, path: string, body?: object): Promise<unknown> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(this.console + path, { ...sent, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (!response.ok) throw new Error(`cannot ${body === undefined ? 'read' : 'ask for'} ${path}: status ${response.status}`);
    return response.json();
  }

  /** Keys and tokens stand alone on the last line of standard output. */
  async #run(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, `${ROOT}/${MAIN}`, ...words, '--data', this.#data], { timeout: VERB_MS_MAX }).catch((cause: Error & { stderr?: string }) => {
      throw new Error(`cannot run "tracekeep ${words.join(' ')}": ${cause.stderr?.trim() || cause.message}`, { cause });
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  }
}

async function canListen(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== null;
}

async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === null) throw new Error('cannot find a free port');
  return port;
}

function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
