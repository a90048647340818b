/// <reference path="./oidc-provider.d.ts" />
/**
 * A real OpenID provider for tests (`oidc-provider`), on a port of this machine, and a browser that follows its redirects and fills in its forms. Who signs in there
 * is whatever name is typed; in which groups somebody is, a test says.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OidcProvider from 'oidc-provider';

export const CLIENT = { id: 'tracekeep', secret: 'a secret of the client, long enough' } as const;

export interface TestProviderOptions {
  /** The console's origin, which is known before the provider starts. */
  readonly console: string;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly idTokenSeconds?: number;
  readonly refreshes?: boolean;
}

export class TestProvider {
  readonly url: string;
  /** By name of the person; a test may change it. */
  groups: Record<string, readonly string[]>;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  #server: Server | null;

  private constructor(server: Server, groups: TestProviderOptions['groups']) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.groups = { ...groups };
  }

  static async start({ console, groups, idTokenSeconds = 3_600, refreshes = true }: TestProviderOptions): Promise<TestProvider> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const provider = new TestProvider(server, groups);
    const real = new OidcProvider(provider.url, {
      clients: [
        {
          client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [`${console}/sign-in/return`], post_logout_redirect_uris: [`${console}/sign-in`], response_types: ['code'],
          grant_types: ['authorization_code', ...(refreshes ? ['refresh_token'] : [])], backchannel_logout_uri: `${console}/api/v1/session/provider/logout`, backchannel_logout_session_required: true,
        },
      ],
      claims: { openid: ['sub', 'sid'], profile: ['name', 'groups'] },
      conformIdTokenClaims: false,
      findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, name: sub, groups: provider.groups[sub] ?? [] }) }),
      features: { backchannelLogout: { enabled: true } },
      issueRefreshToken: () => refreshes,
      pkce: { required: () => true },
      cookies: { keys: ['a key of the test'] },
      // Its own refuses to ask on this machine.
      fetch: (url: string, { method, headers, body, redirect }: RequestInit) => fetch(url, { method, headers, body, redirect } as RequestInit),
      ttl: { IdToken: idTokenSeconds, AccessToken: 3_600, AuthorizationCode: 60, Session: 86_400, Grant: 86_400, Interaction: 3_600, RefreshToken: 86_400 },
    });
    const answer = real.callback();
    server.on('request', (request, response) => {
      provider.asked.push(request.url ?? '');
      answer(request, response);
    });
    return provider;
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
  }
}

/** Cookies by origin, as a browser would send them; nothing else of one. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async ask(url: string, { headers = {}, ...init }: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {}): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...(cookie === '' ? {} : { cookie }), ...headers } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /;\s*(?:max-age=0|expires=Thu, 01 Jan 1970)/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  cookie(origin: string, name: string): string | undefined {
    return this.#jars.get(origin)?.get(name);
  }

  plant(origin: string, name: string, value: string): void {
    this.#jars.set(origin, (this.#jars.get(origin) ?? new Map<string, string>()).set(name, value));
  }

  /** Goes where the provider sends it, as whoever `name` is, until it is sent back to `back`; the address with which it is. */
  async signInAt(location: string, name: string, back: string): Promise<URL> {
    let url = location;
    for (let steps = 0; steps < 20; steps++) {
      const response = await this.ask(url);
      const next = response.headers.get('location');
      if (next !== null) {
        url = new URL(next, url).href;
        if (url.startsWith(back)) return new URL(url);
        continue;
      }
      const page = await response.text();
      assert.equal(response.status, 200, page);
      url = await this.#fill(url, page, name);
      if (url.startsWith(back)) return new URL(url);
    }
    throw new Error('cannot sign in at the provider: it goes round in circles');
  }

  /** Sends the page's form, and gives the address that it leads to. */
  async #fill(url: string, page: string, name: string): Promise<string> {
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1] ?? assert.fail(`there is no form:\n${page}`);
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    const body = new URLSearchParams([...hidden, ['login', name], ['password', 'x'], ['logout', 'yes']]);
    const response = await this.ask(new URL(action, url).href, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: body.toString() });
    const next = response.headers.get('location') ?? assert.fail(`the form leads nowhere: ${await response.text()}`);
    return new URL(next, url).href;
  }

  /** Ends the session at the provider, at the address to which it was sent for that. */
  async signOutAt(location: string): Promise<string> {
    const page = await (await this.ask(location)).text();
    return this.#fill(location, page, '');
  }
}

/** A port for a server whose address somebody has to know before it starts. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
