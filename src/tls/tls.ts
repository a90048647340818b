/**
 * TLS of all listeners: one certificate and key, read again when their files change, and who is asked for a certificate of their own. What cannot be
 * used does not start; a change that cannot be used changes nothing and is told.
 */
import { isIP, type Socket } from 'node:net';
import type { Server, TlsOptions, TLSSocket } from 'node:tls';
import type { TlsSettings } from '#config';
import { LIMITS } from '#limits';
import { exchangeOf, type Exchange } from './exchange.ts';
import { boundHandshakes, type HandshakeFailure, type HandshakeLimits } from './handshakes.ts';
import { filesOf, readPair, stampOf, type TlsPair } from './pair.ts';
import { isDnsName } from './spiffe.ts';

export { ClientTls, type ClientTlsSettings } from './client.ts';
export { isPostQuantum, type Exchange } from './exchange.ts';
export { type HandshakeFailure } from './handshakes.ts';
export { peerOf, type Peer } from './peer.ts';

export interface TlsEvents {
  /** What is written cannot be used, or will not be for long. The sentence names files and dates. */
  readonly problem: (what: TlsProblem, sentence: string, failure: unknown) => void;
  /** Each handshake that was completed. */
  readonly connected: (listener: string, exchange: Exchange) => void;
  /** Each that was not, or that was not let in. */
  readonly failed?: (listener: string, reason: HandshakeFailure) => void;
}

export type TlsProblem = 'unusable' | 'ending' | 'version';

/** What people should know of it. */
export interface TlsState {
  /** When the certificate in use ends, in milliseconds since 1970. */
  readonly ends: number;
  /** In the last fifth of its life. */
  readonly ending: boolean;
  /** The files were changed and cannot be used, so the certificate before stays. */
  readonly unusable: boolean;
  readonly minVersion: TlsSettings['minVersion'];
}

export class Tls {
  readonly #settings: TlsSettings;
  readonly #events: TlsEvents;
  readonly #limits: HandshakeLimits;
  readonly #servers: { readonly server: Server; readonly asks: boolean }[] = [];
  /** Connections that showed a certificate. */
  readonly #shown = new Set<TLSSocket>();
  readonly #timer: NodeJS.Timeout;
  #pair: TlsPair;
  /** Files that were found unusable, and whether that was told: while they are being written they are for a moment. */
  #unusable: { readonly stamp: string; told: boolean } | null = null;
  #toldEnding: TlsPair | null = null;

  private constructor(settings: TlsSettings, events: TlsEvents, look_ms: number, limits: HandshakeLimits) {
    this.#limits = limits;
    this.#settings = settings;
    this.#events = events;
    this.#pair = readPair(settings);
    this.#timer = setInterval(() => this.look(), look_ms).unref();
  }

  /** Throws for files that cannot be used. */
  static open(settings: TlsSettings, events: TlsEvents, look_ms: number = LIMITS.certificate_look_ms, limits: HandshakeLimits = LIMITS): Tls {
    const tls = new Tls(settings, events, look_ms, limits);
    if (settings.minVersion === 'TLSv1.2') events.problem('version', 'TLS 1.2 is spoken beside TLS 1.3, because tls-min-version says so: what is recorded of such connections can be read later with a quantum computer. Remove the setting when nobody needs it any more.', null);
    return tls;
  }

  /** Options of a server that takes connections of producers (`asks` for their certificates) or of people. */
  options(asks: boolean): TlsOptions {
    return { ...this.#context(asks), handshakeTimeout: LIMITS.headers_ms_max, ...(asks && this.#settings.clientCa !== null && { requestCert: true, rejectUnauthorized: false }) };
  }

  /** Gives a server made with `options` each new certificate, bounds its handshakes, and counts its connections under a name. */
  keep(server: Server, listener: string, asks: boolean): void {
    this.#servers.push({ server, asks });
    boundHandshakes(server, this.#limits, (reason) => this.#events.failed?.(listener, reason));
    server.on('secureConnection', (socket) => {
      this.#events.connected(listener, exchangeOf(socket));
      if (socket.getPeerX509Certificate() === undefined) return;
      this.#shown.add(socket);
      socket.once('close', () => this.#shown.delete(socket));
    });
  }

  /** True for a name that the certificate is for: requests under others come from pages elsewhere. */
  isOwnHost(host: string): boolean {
    const { certificate } = this.#pair;
    const address = host.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0) return certificate.checkIP(address) !== undefined;
    return isDnsName(host) && certificate.checkHost(host, { subject: 'never' }) !== undefined;
  }

  /** Producers without a certificate are refused. */
  get requiresCertificate(): boolean {
    return this.#settings.clientAuth === 'require';
  }

  state(): TlsState {
    return { ends: this.#pair.certificate.validToDate.getTime(), ending: isEnding(this.#pair), unusable: this.#unusable?.told === true, minVersion: this.#settings.minVersion };
  }

  /** Looks whether the files changed. */
  look(): void {
    this.#tellEnding();
    const stamp = stampOf(filesOf(this.#settings));
    if (stamp === this.#pair.stamp) {
      this.#unusable = null;
      return;
    }
    try {
      this.#use(readPair(this.#settings));
      this.#unusable = null;
    } catch (failure) {
      if (this.#unusable?.stamp !== stamp) this.#unusable = { stamp, told: false };
      else if (!this.#unusable.told) {
        this.#unusable.told = true;
        this.#events.problem('unusable', `The files of certificate and key were changed and cannot be used; the certificate that ends at ${this.#pair.certificate.validToDate.toISOString()} stays in use.`, failure);
      }
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #use(pair: TlsPair): void {
    const others = pair.clientCa !== this.#pair.clientCa;
    this.#pair = pair;
    for (const { server, asks } of this.#servers) server.setSecureContext(this.#context(asks));
    // They were let in by authorities that may not be trusted any more. Exporters connect again.
    if (others) for (const socket of this.#shown) socket.destroy();
  }

  #context(asks: boolean): TlsPair['context'] {
    const { ca, ...rest } = this.#pair.context;
    return asks && ca !== undefined ? { ...rest, ca } : rest;
  }

  #tellEnding(): void {
    if (this.#toldEnding === this.#pair || !isEnding(this.#pair)) return;
    this.#toldEnding = this.#pair;
    const { certificate } = this.#pair;
    this.#events.problem('ending', `The certificate ${this.#settings.certificate} ends at ${certificate.validToDate.toISOString()}: renew it, as with "tracekeep ca renew". It is taken up without a restart.`, null);
  }
}

function isEnding({ certificate }: TlsPair): boolean {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  return to - Date.now() <= (to - from) / 5;
}

export function isTls(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true;
}
