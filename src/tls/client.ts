/**
 * TLS of connections that the server opens itself, to witnesses: the well-known authorities and those of a file are trusted, and whoever asks for a
 * certificate is shown the server's own. The files are read again when they change.
 */
import { Agent } from 'node:https';
import { createSecureContext, rootCertificates, type SecureContextOptions } from 'node:tls';
import { LIMITS } from '#limits';
import { GROUPS, readPem, stampOf } from './pair.ts';

export interface ClientTlsSettings {
  /** A file with authorities that are trusted besides the well-known ones; null: none. */
  readonly ca: string | null;
  /** Files of the certificate that is shown where one is asked for, and of its key; null: none is. */
  readonly own: { readonly certificate: string; readonly key: string } | null;
}

export class ClientTls {
  readonly #files: readonly string[];
  readonly #settings: ClientTlsSettings;
  #agent: Agent;
  #stamp: string;

  private constructor(settings: ClientTlsSettings) {
    const { ca, own } = settings;
    this.#settings = settings;
    this.#files = [...(ca === null ? [] : [ca]), ...(own === null ? [] : [own.certificate, own.key])];
    this.#stamp = stampOf(this.#files);
    this.#agent = agentOf(settings);
  }

  /** Throws for files that cannot be used. */
  static open(settings: ClientTlsSettings): ClientTls {
    return new ClientTls(settings);
  }

  /** Keeps connections, so that there is no handshake for each request. Throws while changed files cannot be used. */
  agent(): Agent {
    const stamp = stampOf(this.#files);
    if (stamp !== this.#stamp) {
      const next = agentOf(this.#settings);
      this.#agent.destroy();
      [this.#agent, this.#stamp] = [next, stamp];
    }
    return this.#agent;
  }

  stop(): void {
    this.#agent.destroy();
  }
}

function agentOf({ ca, own }: ClientTlsSettings): Agent {
  const context: SecureContextOptions = {
    ...(ca !== null && { ca: [...rootCertificates, readPem('certificates of the setting witness-ca', ca)] }),
    ...(own !== null && { cert: readPem('certificate', own.certificate), key: readPem('key of the certificate', own.key, true) }),
    minVersion: 'TLSv1.3',
    ecdhCurve: GROUPS.replaceAll('/', ':'),
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new Error(`cannot use ${[ca, own?.certificate].filter((file) => typeof file === 'string').join(' and ')} for TLS`, { cause });
  }
  return new Agent({ ...context, keepAlive: true, maxSockets: 2, timeout: LIMITS.idle_connection_ms_max });
}
