/** An issuer of tokens for tests: describes itself and gives its keys on a port of this machine, and does to whoever asks what a test tells it to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface SigningKey {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

export async function newSigningKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid, alg }, privateKey };
}

/** Claims from now for an hour; undefined leaves one out. */
export async function signToken(key: SigningKey, claims: JWTPayload, header: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const all = Object.fromEntries(Object.entries({ iat: now, exp: now + 3_600, ...claims }).filter(([, value]) => value !== undefined));
  return new SignJWT(all).setProtectedHeader({ alg: key.jwk.alg ?? 'ES256', kid: key.jwk.kid ?? '', ...header }).sign(key.privateKey);
}

export class TestIssuer {
  readonly url: string;
  readonly #server: Server;
  /** What it gives out. */
  keys: readonly JWK[];
  /** Paths it was asked for. */
  readonly asked: string[] = [];
  /** Answers in place of it if it returns true. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  private constructor(server: Server, keys: readonly JWK[]) {
    this.#server = server;
    this.keys = keys;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(keys: readonly JWK[]): Promise<TestIssuer> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const issuer = new TestIssuer(server, keys);
    server.on('request', (request, response) => issuer.#answer(request, response));
    return issuer;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url ?? '');
    if (this.instead(request, response)) return;
    const answers: Readonly<Record<string, object>> = { '/.well-known/openid-configuration': { issuer: this.url, jwks_uri: `${this.url}/keys` }, '/keys': { keys: this.keys } };
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  }
}
