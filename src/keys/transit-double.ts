/**
 * A double of the transit engine of HashiCorp Vault and OpenBao, as far as Tracekeep uses it: POST /v1/transit/encrypt/<key> and /decrypt/<key> with `X-Vault-Token`, an
 * aes256-gcm96 key with versions and associated data, ciphertexts `vault:v<n>:<base64>`, and the statuses of the real one. It is no Vault: nothing here was compared with one.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TransitEngine {
  /** Of the engine, as in the setting sealing-transit-url. */
  readonly url: string;
  /** What it was asked: `encrypt` or `decrypt`. */
  readonly asked: string[];
  /** Makes a new version of the key; the ones before still decrypt. */
  rotate(): void;
  /** Answers nothing from now on. */
  hang(): void;
  close(): Promise<void>;
}

export async function startTransitEngine({ token, key }: { readonly token: string; readonly key: string }): Promise<TransitEngine> {
  const versions = [randomBytes(32)];
  const asked: string[] = [];
  let hangs = false;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (hangs) return;
    const answer = (status: number, body: object): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const [, what, name] = /^\/v1\/transit\/(encrypt|decrypt)\/([\w-]+)$/.exec(request.url ?? '') ?? [];
    if (request.headers['x-vault-token'] !== token) return answer(403, { errors: ['permission denied'] });
    if (request.method !== 'POST' || what === undefined) return answer(404, { errors: [] });
    if (name !== key) return answer(400, { errors: ['encryption key not found'] });
    asked.push(what);
    const { plaintext, ciphertext, associated_data = '' } = JSON.parse(Buffer.concat(parts).toString()) as Record<string, string | undefined>;
    const associated = Buffer.from(associated_data, 'base64');
    if (what === 'encrypt') {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', nonce).setAAD(associated);
      const text = Buffer.concat([nonce, cipher.update(Buffer.from(plaintext ?? '', 'base64')), cipher.final(), cipher.getAuthTag()]);
      return answer(200, { data: { ciphertext: `vault:v${versions.length}:${text.toString('base64')}`, key_version: versions.length } });
    }
    const [, version, text] = /^vault:v(\d+):([A-Za-z0-9+/=]+)$/.exec(ciphertext ?? '') ?? [];
    const bytes = Buffer.from(text ?? '', 'base64');
    const secret = versions[Number(version) - 1];
    if (secret === undefined || bytes.length < 28) return answer(400, { errors: ['invalid ciphertext: no prefix'] });
    const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12)).setAAD(associated);
    decipher.setAuthTag(bytes.subarray(-16));
    try {
      const opened = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
      return answer(200, { data: { plaintext: opened.toString('base64') } });
    } catch {
      return answer(400, { errors: ['cipher: message authentication failed'] });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/transit`,
    asked,
    rotate: () => void versions.push(randomBytes(32)),
    hang: () => void (hangs = true),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
