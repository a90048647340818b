/**
 * What an attribute key says about its value: OpenTelemetry semantic conventions, current (1.44.0) and earlier names, captured
 * headers and metadata, and otherwise the words of the name (`names.ts`). Data first: to teach it a key, add a row.
 */
import { classOfName } from './names.ts';
import { KEY } from './recognizer.ts';
import type { KeyClass } from './recognizer.ts';

const AUTHORIZATION = KEY.secret | KEY.authorization;

/** Exact keys, lower case. */
const KEYS: ReadonlyMap<string, KeyClass> = new Map([
  ...rows(KEY.statement, 'db.query.text db.statement db.sql.text sql sql.query db.query sql.statement db.command db.mongodb.command db.redis.command mongodb.query mongodb.command redis.command elasticsearch.request.body db.cassandra.statement spring.data.query hibernate.query jdbc.query db.query.summary.full db.statement.text'),
  ...rows(KEY.parameter, 'db.query.parameters db.statement.parameters db.sql.parameters sql.params sql.parameters db.params db.bind_variables db.sql.bindings db.statement.params jdbc.params'),
  ...rows(KEY.url, 'url.full url.original url.query url.path url.fragment http.url http.target http.request.uri http.referer browser.document.url.full browser.url page.url url uri http.path http.uri peer.url messaging.url http.request.header.referer http.response.header.location faas.trigger.url'),
  ...rows(KEY.clientAddress, 'client.address client.socket.address http.client_ip source.address source.ip client.ip enduser.ip user.ip http.remote_addr http.forwarded_for'),
  ...rows(KEY.peerAddress, 'net.peer.ip net.sock.peer.addr network.peer.address net.peer.name.ip peer.ipv4 peer.ipv6 peer.address'),
  ...rows(KEY.session, 'session.id session.previous_id http.session_id enduser.session browser.session.id rum.sessionid'),
  ...rows(KEY.identifier, 'trace_id span_id trace.id span.id k8s.pod.uid messaging.message.id messaging.message_id messaging.message.conversation_id service.instance.id process.pid thread.id host.id container.id device.id aws.request_id faas.execution faas.invocation_id otel.trace_id otel.span_id cloud.account.id cloud.resource_id messaging.kafka.message.offset messaging.kafka.offset messaging.kafka.partition code.lineno code.line.number http.status_code http.response.status_code http.request.body.size http.response.body.size net.peer.port net.host.port server.port client.port'),
  ...rows(KEY.personName, 'user.name user.full_name enduser.name'),
  ...rows(KEY.postalAddress, 'geo.postal_code'),
  ...rows(KEY.coordinates, 'geo.location.lat geo.location.lon'),
  ...rows(AUTHORIZATION, 'http.authorization authorization'),
  ...rows(KEY.secret | KEY.password, 'db.password'),
  ...rows(KEY.plain, 'db.system db.system.name db.name db.namespace db.operation db.operation.name db.collection.name db.query.summary gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.usage.prompt_tokens gen_ai.usage.completion_tokens gen_ai.request.max_tokens gen_ai.token.type messaging.kafka.message.key messaging.rabbitmq.destination.routing_key aws.dynamodb.exclusive_start_table aws.s3.key error.type exception.type code.function.name code.namespace db.response.status_code feature_flag.key tls.cipher tls.client.hash.md5 tls.client.hash.sha1 tls.client.hash.sha256 server.address host.name host.ip net.host.ip k8s.pod.ip k8s.secret.name k8s.pod.name aws.kms.key_id aws.lambda.invoked_arn'),
]);

/** Keys that begin so; the rest is a parameter's name or position. */
const PARAMETER_PREFIXES = ['db.query.parameter.', 'db.operation.parameter.', 'db.statement.parameter.', 'db.sql.parameter.', 'sql.parameter.', 'db.query.params.'];

/** Keys of captured headers and metadata; the rest is the header's name, with - or _ between its words. */
const HEADER_PREFIX =
  /^(?:http\.(?:request|response|req|res)\.headers?|http\.headers?|rpc\.(?:[a-z_]+\.)?(?:request|response)\.metadata|messaging\.(?:[a-z_]+\.)?(?:message\.)?headers?|grpc\.metadata|(?:request|response|req|res)\.headers?|headers?|connect_rpc\.(?:request|response)\.metadata|amqp\.headers?|kafka\.headers?)\.(.+)$/;

/** Header names, lower case with hyphens, that the words of the name alone would misjudge. */
const HEADERS: ReadonlyMap<string, KeyClass> = new Map([
  ...rows(AUTHORIZATION, 'authorization proxy-authorization x-authorization x-amzn-authorization x-forwarded-authorization x-original-authorization x-serverless-authorization grpc-authorization x-authenticate authentication'),
  ...rows(KEY.cookie, 'cookie set-cookie cookie2 set-cookie2 x-cookie'),
  ...rows(KEY.secret, 'x-auth x-auth-key x-amz-security-token x-amz-signature x-goog-iap-jwt-assertion x-goog-authenticated-user-jwt cf-access-jwt-assertion cf-access-client-secret x-key x-auth-email-key x-amzn-oidc-data x-amzn-oidc-accesstoken x-ms-client-principal x-ms-token-aad-id-token x-vault-token private-token job-token deploy-token dd-api-key dd-application-key ocp-apim-subscription-key x-functions-key x-access-key x-secret x-api-secret x-sas sec-token-binding authentication-info proxy-authentication-info x-plex-token x-ssh-key x-consumer-secret x-hasura-admin-secret x-parse-master-key x-parse-rest-api-key x-apikey apikey x-signature-key fastly-key x-honeycomb-team jenkins-crumb cb-access-sign cb-access-key cb-access-passphrase x-mbx-apikey x-sentry-auth api-key ok-access-sign kc-api-sign'),
  ...rows(KEY.session, 'x-session x-session-id x-sid session-id mcp-session-id x-aspnet-sessionid'),
  ...rows(KEY.clientAddress, 'x-forwarded-for x-real-ip forwarded x-client-ip x-cluster-client-ip cf-connecting-ip cf-connecting-ipv6 true-client-ip fastly-client-ip x-original-forwarded-for x-forwarded x-remote-ip x-remote-addr x-envoy-external-address x-appengine-user-ip x-azure-clientip x-azure-socketip do-connecting-ip x-originating-ip x-host-ip wl-proxy-client-ip proxy-client-ip via-ip fly-client-ip x-nf-client-connection-ip cloudfront-viewer-address x-vercel-forwarded-for x-ip remote-addr'),
  ...rows(KEY.url, 'referer location content-location x-original-url x-rewrite-url x-forwarded-uri x-original-uri origin link'),
  ...rows(KEY.identifier, 'etag if-match if-none-match x-request-id x-correlation-id traceparent tracestate x-b3-traceid x-b3-spanid x-b3-parentspanid b3 x-amzn-trace-id x-amz-request-id x-amz-id-2 x-cloud-trace-context content-length age date last-modified expires if-modified-since x-datadog-trace-id x-datadog-parent-id uber-trace-id x-amz-cf-id cf-ray x-trace-id content-md5 digest content-digest repr-digest sec-websocket-key sec-websocket-accept x-hub-signature-256 idempotency-key x-idempotency-key alt-svc x-runtime'),
  ...rows(KEY.plain, 'host user-agent accept accept-encoding accept-language accept-charset content-type content-encoding content-language connection cache-control pragma server via vary upgrade sec-websocket-protocol sec-websocket-version www-authenticate proxy-authenticate access-control-allow-origin access-control-allow-headers access-control-request-headers access-control-expose-headers te trailer transfer-encoding sec-ch-ua sec-ch-ua-platform sec-ch-ua-mobile sec-fetch-mode sec-fetch-site sec-fetch-dest sec-fetch-user content-security-policy strict-transport-security authority x-powered-by x-forwarded-proto x-forwarded-host x-forwarded-port x-ratelimit-limit x-ratelimit-remaining x-amz-content-sha256'),
]);

/** Class of an attribute key. Pure; the scanner remembers its answers. */
export function classOfKey(key: string): KeyClass {
  const lower = key.toLowerCase();
  const exact = KEYS.get(lower);
  if (exact !== undefined) return exact;
  for (const prefix of PARAMETER_PREFIXES) {
    if (lower.startsWith(prefix)) return KEY.parameter;
  }
  const header = HEADER_PREFIX.exec(lower)?.[1];
  if (header !== undefined) return classOfHeader(header, key.slice(-header.length));
  return classOfName(key) | segmentClass(lower);
}

/** Class of a header's or metadata entry's name. */
export function classOfHeader(lower: string, name: string): KeyClass {
  return HEADERS.get(lower.replaceAll('_', '-')) ?? classOfName(name);
}

/** Namespaced keys whose last segments name an attribute in the table: `app.http.url`, `labels.db.statement`. */
function segmentClass(lower: string): KeyClass {
  const last = lower.lastIndexOf('.');
  const before = last > 0 ? lower.lastIndexOf('.', last - 1) : -1;
  return before > 0 ? (KEYS.get(lower.slice(before + 1)) ?? 0) : 0;
}

function rows(keyClass: KeyClass, keys: string): [string, KeyClass][] {
  return keys.split(' ').map((key) => [key, keyClass]);
}
