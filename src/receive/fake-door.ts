/** A door for the tests of receiving: it lets `Bearer good` in, remembers what was submitted, and answers what it is told to. */
import { connect, type Socket } from 'node:net';
import type { Encoding } from '#otlp';
import { type Refusal, refuse } from '#refusal';
import type { Authorization, IngestAnswer, IngestDoor, Outcome, ReceiveLimits, ReceiveMeter, Transport } from './door.ts';
import { type Receivers, startReceivers } from './receive.ts';

export interface Producer {
  readonly name: string;
}

export interface Submitted {
  readonly producer: string;
  readonly body: Uint8Array;
  readonly encoding: Encoding;
}

export class FakeDoor implements IngestDoor<Producer>, ReceiveMeter {
  readonly submitted: Submitted[] = [];
  /** `transport outcome`, in the order in which requests ended. */
  readonly outcomes: string[] = [];
  readonly failures: string[] = [];
  wireBytes = 0;
  inflatedBytes = 0;
  turnedAwayCount = 0;
  closed: Refusal | null = null;
  answer: (body: Uint8Array) => IngestAnswer | Promise<IngestAnswer> = () => ({ rejectedSpans: 0, message: '' });

  authenticate(authorization: Authorization): Producer | Refusal {
    const values = authorization === undefined ? [] : typeof authorization === 'string' ? [authorization] : authorization;
    if (values.length === 0) return refuse('credential_missing');
    return values.length === 1 && values[0] === 'Bearer good' ? { name: 'good' } : refuse('credential_unknown');
  }

  admit(): Refusal | null {
    return this.closed;
  }

  async submit(producer: Producer, body: Uint8Array, encoding: Encoding): Promise<IngestAnswer> {
    this.submitted.push({ producer: producer.name, body, encoding });
    return this.answer(body);
  }

  ended(transport: Transport, outcome: Outcome): void {
    this.outcomes.push(`${transport} ${outcome}`);
  }

  arrived(_transport: Transport, wireBytes: number, inflatedBytes: number): void {
    this.wireBytes += wireBytes;
    this.inflatedBytes += inflatedBytes;
  }

  turnedAway(): void {
    this.turnedAwayCount++;
  }
}

export interface Rig extends AsyncDisposable {
  readonly door: FakeDoor;
  readonly receivers: Receivers;
  readonly httpPort: number;
  readonly grpcPort: number;
}

/** Both listeners on free ports of the loopback. Disposing asserts that nothing stays accounted. */
export async function startRig(limits: Partial<ReceiveLimits> = {}): Promise<Rig> {
  const door = new FakeDoor();
  const any = { host: '127.0.0.1', port: 0 };
  const report = (failure: unknown): void => void door.failures.push(String(failure));
  const receivers = await startReceivers({ http: any, grpc: any, door, meter: door, report, limits: { drain_ms_max: 2_000, ...limits } });
  return {
    door,
    receivers,
    httpPort: receivers.addresses.http.port,
    grpcPort: receivers.addresses.grpc.port,
    async [Symbol.asyncDispose]() {
      await receivers.stop();
      const { requests, bytes } = receivers.inFlight();
      if (requests !== 0 || bytes !== 0) throw new Error(`${requests} requests and ${bytes} bytes are still accounted`);
    },
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A connection on which a test says exactly what it wants. */
export class RawConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  #wake: () => void = () => {};
  #over = false;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.#over = true;
        this.#wake();
        resolve();
      });
    });
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    for (const part of parts) if (!this.socket.destroyed) this.socket.write(part);
  }

  /** What came and was not taken by `answer`. */
  received(): string {
    return this.#received.toString('latin1');
  }

  /** The next answer; null if the connection ends before it is complete. */
  async answer(): Promise<RawAnswer | null> {
    for (;;) {
      const found = parseAnswer(this.#received);
      if (found !== null) {
        this.#received = this.#received.subarray(found.length);
        return found.answer;
      }
      if (this.#over) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function parseAnswer(bytes: Buffer): { answer: RawAnswer; length: number } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
  const length = end + 4 + Number(headers['content-length'] ?? 0);
  if (bytes.length < length) return null;
  return { answer: { status: Number(first.split(' ')[1]), headers, body: bytes.subarray(end + 4, length) }, length };
}

/** An HTTP request as text; the body goes separately. */
export function head(line: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const all = { Host: 'x', Authorization: 'Bearer good', 'Content-Type': 'application/x-protobuf', ...headers };
  return `${line} HTTP/1.1\r\n${Object.entries(all).filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}
