/** The address of OTLP over HTTP, as whoever reads the page would write it. */

/**
 * Where exporters reach the server: at the host the console is reached by where the server listens on all or on loopback addresses. A page that was reached
 * under `localhost` says the address of IPv4, because that is where it listens.
 */
export function endpointOf(listening: { readonly host: string; readonly port: number } | null, page: { readonly hostname: string; readonly protocol: string }): string {
  const host = listening === null || listening.host === '0.0.0.0' || listening.host === '::' ? page.hostname : listening.host;
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const name = host === 'localhost' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${loopback ? 'http:' : page.protocol}//${name}:${listening?.port ?? 4318}`;
}
