/**
 * Bounds the TLS handshakes of one listener: how many are under way, and how many begin in a second, in all and from one network. A handshake costs the
 * server a millisecond and a stranger next to nothing, and everything else waits for the same thread: without a bound a flood of them would hold up the
 * connections that are there. What is over it is reset before a byte of it is read.
 */
import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { LIMITS } from '#limits';
import { networkText } from '#model/network';

export type HandshakeLimits = { readonly [Name in Extract<keyof typeof LIMITS, `tls_handshakes_${string}`>]: number };

/** Why there was none: too many begun lately or under way; or what the other side did. */
export type HandshakeFailure = 'rate' | 'pending' | 'timeout' | 'gone' | 'untrusted' | 'version' | 'group' | 'not_tls' | 'other';

/** Handshakes of the listener or of a network. */
interface Load {
  pending: number;
  /** How many may begin at once. */
  tokens: number;
  at_ms: number;
}

/** Puts itself before what the server does with a new connection. */
export function boundHandshakes(server: Server, limits: HandshakeLimits, failed: (reason: HandshakeFailure) => void): void {
  const gate = new HandshakeGate(limits);
  /** What ends the handshakes that are under way, by where they come from: a server is given no other link to them. */
  const underWay = new Map<string, () => void>();
  const listeners = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    const entered = gate.enter(socket.remoteAddress ?? '', performance.now());
    if (typeof entered === 'string') {
      failed(entered);
      return void socket.resetAndDestroy();
    }
    const from = placeOf(socket);
    underWay.set(from, entered);
    socket.once('close', () => {
      entered();
      if (underWay.get(from) === entered) underWay.delete(from);
    });
    for (const listener of listeners) listener.call(server, socket);
  });
  server.on('secureConnection', (socket) => underWay.get(placeOf(socket))?.());
  server.on('tlsClientError', (error) => failed(reasonOf(error)));
}

export class HandshakeGate {
  readonly #limits: HandshakeLimits;
  readonly #all: Load;
  /** The one that was touched longest ago comes first, and makes room. */
  readonly #networks = new Map<string, Load>();

  constructor(limits: HandshakeLimits) {
    this.#limits = limits;
    this.#all = { pending: 0, tokens: limits.tls_handshakes_burst_max, at_ms: 0 };
  }

  /** What to call, once or more often, when the handshake has ended; or why it may not begin. */
  enter(address: string, now_ms: number): (() => void) | 'rate' | 'pending' {
    const { tls_handshakes_pending_max, tls_handshakes_per_s_max, tls_handshakes_burst_max } = this.#limits;
    const { tls_handshakes_network_pending_max, tls_handshakes_network_per_s_max, tls_handshakes_network_burst_max } = this.#limits;
    const all = this.#all;
    const network = this.#networkOf(address, now_ms);
    if (network.pending >= tls_handshakes_network_pending_max || all.pending >= tls_handshakes_pending_max) return 'pending';
    refill(all, tls_handshakes_per_s_max, tls_handshakes_burst_max, now_ms);
    refill(network, tls_handshakes_network_per_s_max, tls_handshakes_network_burst_max, now_ms);
    if (network.tokens < 1 || all.tokens < 1) return 'rate';
    for (const load of [network, all]) {
      load.tokens--;
      load.pending++;
    }
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      for (const load of [network, all]) load.pending--;
    };
  }

  #networkOf(address: string, now_ms: number): Load {
    const name = networkText(address);
    const load = this.#networks.get(name) ?? { pending: 0, tokens: this.#limits.tls_handshakes_network_burst_max, at_ms: now_ms };
    this.#networks.delete(name);
    if (this.#networks.size >= this.#limits.tls_handshakes_networks_max) for (const first of this.#networks.keys()) if (this.#networks.delete(first)) break;
    this.#networks.set(name, load);
    return load;
  }
}

function refill(load: Load, perSecond: number, most: number, now_ms: number): void {
  load.tokens = Math.min(most, load.tokens + ((now_ms - load.at_ms) / 1_000) * perSecond);
  load.at_ms = now_ms;
}

function placeOf({ remoteAddress, remotePort, localAddress }: Socket | TLSSocket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

const REASONS: Readonly<Record<string, HandshakeFailure>> = {
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
  ECONNRESET: 'gone',
  EPIPE: 'gone',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'version',
  ERR_SSL_VERSION_TOO_LOW: 'version',
  ERR_SSL_NO_SUITABLE_KEY_SHARE: 'group',
  ERR_SSL_NO_SUITABLE_GROUPS: 'group',
  ERR_SSL_NO_SHARED_GROUPS: 'group',
  ERR_SSL_HTTP_REQUEST: 'not_tls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not_tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not_tls',
};

/** How clients say that they do not trust our certificate. */
const UNTRUSTED = /_ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_[A-Z]{1,16})$/;

function reasonOf(error: Error & { readonly code?: string }): HandshakeFailure {
  if (UNTRUSTED.test(error.code ?? '')) return 'untrusted';
  return REASONS[error.code ?? ''] ?? 'other';
}
