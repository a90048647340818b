/** What people paste into their tools to read from here. */

/** Grafana reads the file from `provisioning/datasources` when it starts. */
export function grafanaFile(origin: string, secret: string): string {
  return `apiVersion: 1
datasources:
  - name: Tracekeep
    type: jaeger
    access: proxy
    url: ${origin}
    jsonData:
      httpHeaderName1: Authorization
    secureJsonData:
      httpHeaderValue1: Bearer ${secret}
`;
}

/** Jaeger UI has no place for a token: a proxy beside it adds one. */
export function jaegerProxy(origin: string, secret: string): string {
  return `server {
  listen 127.0.0.1:16686;
  location /api/ {
    proxy_pass ${origin};
    proxy_set_header Authorization "Bearer ${secret}";
  }
  location / {
    root /srv/jaeger-ui;
    try_files $uri /index.html;
  }
}
`;
}

export function curlLine(origin: string, secret: string): string {
  return `curl -H "Authorization: Bearer ${secret}" ${origin}/api/v1/services`;
}

/** A name for a token that no other has: `grafana`, `grafana 2`. */
export function freshName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.includes(name)) return name;
  }
}
