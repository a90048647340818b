import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOfKey } from './key-class.ts';
import { KEY } from './recognizer.ts';
import type { KeyClass } from './recognizer.ts';

function all(keyClass: KeyClass, keys: string): void {
  for (const key of keys.split(' ')) assert.equal(classOfKey(key), keyClass, key);
}

test('classOfKey() knows captured headers and metadata in every spelling', () => {
  all(KEY.secret | KEY.authorization, 'http.request.header.authorization http.request.header.Authorization http.request.header.proxy-authorization http.request.header.proxy_authorization rpc.request.metadata.authorization rpc.grpc.request.metadata.authorization messaging.header.authorization http.request.headers.authorization http.headers.authorization');
  all(KEY.cookie, 'http.request.header.cookie http.response.header.set-cookie http.response.header.set_cookie');
  all(KEY.secret, 'http.request.header.x-api-key http.request.header.x_api_key http.request.header.x-auth-token http.request.header.private_token rpc.request.metadata.x-access-token http.request.header.x_amz_security_token http.request.header.x-vault-token http.request.header.ocp_apim_subscription_key');
  all(KEY.clientAddress, 'http.request.header.x-forwarded-for http.request.header.x_forwarded_for http.request.header.x_real_ip http.request.header.cf_connecting_ip http.request.header.forwarded');
  all(KEY.plain, 'http.request.header.user_agent http.request.header.accept http.response.header.content_type http.request.header.host http.response.header.www-authenticate');
  all(KEY.identifier, 'http.response.header.etag http.request.header.x_request_id http.request.header.traceparent http.request.header.sec_websocket_key');
  all(KEY.url, 'http.request.header.referer http.response.header.location');
});

test('classOfKey() knows current and earlier conventions', () => {
  all(KEY.statement, 'db.query.text db.statement');
  all(KEY.parameter, 'db.query.parameter.0 db.query.parameter.user_id db.operation.parameter.x');
  all(KEY.url, 'url.full url.query url.original http.url http.target');
  all(KEY.clientAddress, 'client.address http.client_ip source.address');
  all(KEY.peerAddress, 'network.peer.address net.peer.ip net.sock.peer.addr peer.ipv4 app.peer_address');
  all(KEY.session, 'session.id');
  all(KEY.secret | KEY.password, 'db.password spring.datasource.password user.password env.PGPASSWORD');
  all(KEY.secret, 'aws.secret_key app.secret config.api_key messaging.rabbitmq.token');
  all(KEY.identifier, 'k8s.pod.uid messaging.message.id trace_id span_id service.instance.id');
});

test('classOfKey() leaves the vocabulary of ordinary keys alone', () => {
  all(KEY.plain, 'db.system.name http.route http.request.method gen_ai.usage.input_tokens gen_ai.usage.output_tokens messaging.kafka.message.key feature_flag.key aws.s3.key error.type k8s.secret.name k8s.pod.name server.address host.ip messaging.rabbitmq.destination.routing_key log.message exception.message service.name');
});

test('classOfKey() takes any key', () => {
  for (const key of ['', '.', '...', '%', 'é'.repeat(300), '__proto__', 'constructor', 'http.request.header.']) assert.equal(typeof classOfKey(key), 'number', key);
});
