/**
 * The console port: Fastify with the guard before everything, the query API, health, metrics and the documents that describe them.
 */
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import swagger from '@fastify/swagger';
import { createAccess, type Access, type Action } from '#access';
import type { SignIn } from '#authenticate/sign-in';
import type { Address } from '#config';
import { addSubjectRoutes, type ServedSubjects } from '#erase/routes';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT } from '#model';
import { addGlassRoutes, type GlassSource } from '#query/access/glass-routes';
import { addAccessRoutes, type AccessSource } from '#query/access/routes';
import { addAuditRoutes } from '#query/audit/routes';
import { addEvidenceRoutes } from '#query/evidence/routes';
import { addExploreRoutes } from '#query/explore/routes';
import { addExposureRoutes } from '#query/exposure/routes';
import { addFindingRoutes, type FindingsSource } from '#query/findings/routes';
import type { Vitals } from '#query/health';
import { addHealthRoutes } from '#query/health/routes';
import { addIntegrityRoutes, type IntegritySource } from '#query/integrity/routes';
import { addJaegerRoutes } from '#query/jaeger';
import { addKeyRoutes, type KeySource } from '#query/keys/routes';
import { addLogRoutes } from '#query/log/routes';
import { addOutlineRoutes } from '#query/outline/routes';
import { addPolicyRoutes, type PolicySource } from '#query/policy/routes';
import { addRedRoutes } from '#query/red/routes';
import { addApprovalRoutes, type ApprovalSource } from '#query/reveal/approval-routes';
import { addOpenedEvidenceRoute, addRevealRoutes } from '#query/reveal/routes';
import { addTrialRoutes } from '#query/trial/routes';
import { refuse, REFUSALS, type Refusal, type RefusalCode } from '#refusal';
import type { Tls } from '#tls';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { addAdministrationRoutes, type AdministrationParts } from './administration-routes.ts';
import { SESSION_COOKIE } from './browser.ts';
import { addCertificateRoutes } from './certificate-routes.ts';
import { installCompression } from './compress.ts';
import { installGuard, readerOf, requestId, sendRefusal, type ReaderAuthenticator } from './guard.ts';
import { addPageRoutes, answerUnknown, type ConsoleFiles } from './pages.ts';
import type { Queries } from './query.ts';
import type { RequestRecorder } from './recorded.ts';
import { addRoutes, type Route } from './routes.ts';
import { serializersWhenNeeded, validatorsWhenNeeded } from './schemas-when-needed.ts';
import { addSignInRoutes, type MayDo } from './sign-in-routes.ts';
import { addTokenRoutes } from './token-routes.ts';

/** The account, and findings, know no services; people are found, and forgotten, in all of them. */
const ABOUT_WHOLE_TENANTS: ReadonlySet<string | undefined> = new Set<Action>(['accounting.read', 'finding.read', 'finding.change', 'subject.find', 'subject.export', 'subject.forget']);
/** These count what all tenants send, together or by producer. */
const ABOUT_THE_SERVER: ReadonlySet<string | undefined> = new Set(['/metrics', '/api/v1/health']);
const SHOWING_THE_SERVER: ReadonlySet<string> = new Set<Action>(['metrics.read', 'server.read']);

export interface ConsoleParts {
  readonly address: Address;
  /** Null: plain, on loopback. */
  readonly tls?: Tls | null;
  /** Names beside the loopback ones and the address itself that browsers may reach it by. */
  readonly hosts?: readonly string[];
  /** The origin by which browsers know it, where a proxy stands before it. */
  readonly consoleUrl?: string | null;
  readonly queries: Queries;
  readonly authenticator: ReaderAuthenticator;
  /** Default: that of roles as they come. */
  readonly access?: Access;
  /** Without it only bearer tokens are taken. */
  readonly signIn?: SignIn;
  readonly administration?: AdministrationParts;
  readonly findings?: FindingsSource;
  readonly integrity?: IntegritySource;
  readonly policies?: PolicySource;
  readonly accessPolicies?: AccessSource;
  readonly glass?: GlassSource;
  readonly keys?: KeySource;
  readonly approvals?: ApprovalSource;
  readonly subjects?: ServedSubjects;
  /** Keeps who read what, and who was refused. */
  readonly records?: RequestRecorder;
  /** Null: the console was not built, and its addresses say so. */
  readonly pages?: ConsoleFiles | null;
  readonly metricsText: () => Promise<string>;
  readonly vitals?: () => Promise<Vitals>;
  /** Null when traces are taken and answered. */
  readonly ready: () => Promise<Refusal | null>;
  /** A request could not be answered. The sentence carries no payload. */
  readonly onFailure?: (id: string, sentence: string) => void;
  readonly now_ms?: () => number;
}

export interface RunningConsole {
  readonly address: Address;
  /** Takes no more requests, lets those under way finish. */
  stop(): Promise<void>;
}

export async function startConsole(parts: ConsoleParts): Promise<RunningConsole> {
  const app = await createConsole(parts);
  try {
    await app.listen({ host: parts.address.host, port: parts.address.port });
  } catch (cause) {
    throw new Error('cannot listen for the console', { cause });
  }
  const { address, port } = app.server.address() as AddressInfo;
  return { address: { host: address, port }, stop: () => app.close() };
}

/** Everything but the listening, so that tests can inject requests. */
export async function createConsole(parts: ConsoleParts): Promise<FastifyInstance> {
  const { onFailure = () => undefined, tls = null, access = createAccess() } = parts;
  let check: (request: FastifyRequest, reply: FastifyReply) => Refusal | null = () => refuse('internal');
  const app = fastify({
    logger: false,
    genReqId: requestId,
    requestIdHeader: false,
    exposeHeadRoutes: false,
    bodyLimit: LIMITS.query_body_bytes_max,
    forceCloseConnections: 'idle',
    serverFactory: (serve) => listenerOf(tls).on('request', serve),
    // The whole path is bounded by the size of the headers.
    routerOptions: { maxParamLength: LIMITS.headers_bytes_max },
    clientErrorHandler: refuseConnection,
    // A URL that cannot be decoded never reaches the hooks.
    frameworkErrors: (_error, request, reply) => {
      sendRefusal(request, reply, check(request, reply) ?? refuse('path_unknown'));
    },
  });
  // Nothing is dropped in silence: a parameter that is not in the schema is refused.
  app.setValidatorCompiler(validatorsWhenNeeded({ removeAdditional: false, coerceTypes: 'array', useDefaults: false, allErrors: false }));
  app.setSerializerCompiler(serializersWhenNeeded());
  app.server.maxConnections = LIMITS.connections_max;
  // A form of another site can send text/plain without being asked whether it may; nothing here is text.
  app.removeContentTypeParser('text/plain');
  check = installGuard(app, parts.authenticator, [parts.address.host, ...(parts.hosts ?? []), ...(parts.consoleUrl ? [new URL(parts.consoleUrl).hostname] : [])], parts.signIn, parts.records, tls, access);
  installCompression(app);
  // The validator takes 1e309 for an integer within any bound.
  app.addHook('preHandler', async (request, reply) => {
    const endless = Object.entries(request.query ?? {}).find(([, value]) => typeof value === 'number' && !Number.isFinite(value));
    return endless === undefined ? undefined : sendRefusal(request, reply, refuse('query_invalid', `querystring/${endless[0]} must be finite`));
  });
  // What one would be refused for another tenant, or for not seeing all places, is not offered, and told apart from what no role of theirs includes.
  const mayDo: MayDo = async (reader) => {
    const actions = access.actionsOf(reader);
    const isWhole = (await parts.queries.seesAllPlaces(reader)) === true;
    const isOffered = (action: Action): boolean => (isWhole || !ABOUT_WHOLE_TENANTS.has(action)) && ((isWhole && reader.tenant === DEFAULT_TENANT) || !SHOWING_THE_SERVER.has(action));
    return { mayDo: actions.filter(isOffered), tooWide: actions.filter((action) => !isOffered(action)) };
  };
  // What is told of a whole tenant names services and counts their spans; what is told of the server, those of all tenants.
  app.addHook('preHandler', async (request, reply) => {
    const isAboutServer = ABOUT_THE_SERVER.has(request.routeOptions.url);
    if (isAboutServer && readerOf(request).tenant !== DEFAULT_TENANT) return sendRefusal(request, reply, refuse('action_forbidden', 'it is about all tenants, which those of the tenant default may see'));
    if (!isAboutServer && !ABOUT_WHOLE_TENANTS.has(request.routeOptions.config.action)) return undefined;
    const sees = await parts.queries.seesAllPlaces(readerOf(request));
    return sees === true ? undefined : sendRefusal(request, reply, sees);
  });
  app.setNotFoundHandler((request, reply) => answerUnknown(request, reply, parts.pages ?? null));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.refused === 'internal') onFailure(request.id, sentenceOf(error));
    return sendRefusal(request, reply, refusal);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      servers: [{ url: '/' }],
      info: { title: 'Tracekeep', description: 'Query API of Tracekeep.', version: '1' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'Of the console. Changes also need the header x-tracekeep-csrf.' } } },
      security: [{ token: [] }, { session: [] }],
    },
  });
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) routes.push({ method: one, path: url, action: config?.action ?? 'none', public: config?.public === true });
  });
  const { queries, policies, now_ms = Date.now } = parts;
  addRoutes(app, { queries, metricsText: parts.metricsText, ready: parts.ready, now_ms }, routes);
  addExploreRoutes(app, { explore: queries.explore, now_ms });
  addOutlineRoutes(app, queries);
  if (queries.evidence !== null) addEvidenceRoutes(app, queries.evidence);
  if (queries.log !== null) addLogRoutes(app, queries.log);
  if (queries.audit !== null) addAuditRoutes(app, { audit: queries.audit, now_ms });
  addRedRoutes(app, { figures: queries.figures, now_ms });
  addExposureRoutes(app, { exposure: queries.exposure, now_ms });
  addTrialRoutes(app, queries.trial, policies && ((body) => policies.read(body)));
  addJaegerRoutes(app, { queries, now_ms });
  if (parts.vitals !== undefined) addHealthRoutes(app, parts.vitals);
  if (parts.signIn !== undefined) addSignInRoutes(app, parts.signIn, mayDo, parts.consoleUrl);
  if (parts.administration !== undefined) {
    addAdministrationRoutes(app, parts.administration);
    addTokenRoutes(app, { access, control: parts.administration.control });
    const { control, shown = { of: () => [] } } = parts.administration;
    addCertificateRoutes(app, { control, shown });
  }
  if (parts.integrity !== undefined) addIntegrityRoutes(app, parts.integrity);
  if (policies !== undefined) addPolicyRoutes(app, policies, access);
  if (parts.accessPolicies !== undefined) addAccessRoutes(app, parts.accessPolicies, access);
  if (parts.glass !== undefined) addGlassRoutes(app, parts.glass, access);
  if (parts.keys !== undefined) addKeyRoutes(app, parts.keys);
  if (queries.reveal !== null) addRevealRoutes(app, queries.reveal, { access, now_ms });
  if (queries.openedEvidence !== null) addOpenedEvidenceRoute(app, queries.openedEvidence, { access, now_ms });
  if (parts.subjects !== undefined) addSubjectRoutes(app, parts.subjects, { access, now_ms });
  if (parts.approvals !== undefined) addApprovalRoutes(app, parts.approvals, { access, now_ms });
  if (parts.findings !== undefined) addFindingRoutes(app, { findings: parts.findings, now_ms });
  if (parts.pages !== undefined) addPageRoutes(app, parts.pages);
  await app.ready();
  return app;
}

/** With the limits that Fastify gives to servers of its own making. */
function listenerOf(tls: Tls | null): Server {
  const options = {
    maxHeaderSize: LIMITS.headers_bytes_max,
    headersTimeout: LIMITS.headers_ms_max,
    requestTimeout: LIMITS.request_ms_max,
    keepAliveTimeout: LIMITS.idle_connection_ms_max,
    connectionsCheckingInterval: 1_000,
  };
  // A reader who takes nothing of an answer for this long is cut off; longer than any query may take.
  if (tls === null) return createHttpServer(options).setTimeout(LIMITS.idle_connection_ms_max);
  const server = createTlsServer({ ...options, ...tls.options(false), ALPNProtocols: ['http/1.1'] });
  tls.keep(server, 'console', false);
  return server.setTimeout(LIMITS.idle_connection_ms_max);
}

const BY_STATUS: Readonly<Record<number, RefusalCode>> = { 400: 'query_invalid', 413: 'body_too_large', 414: 'headers_too_large', 415: 'media_type_unknown' };

/** A body that says it is JSON: what clients send that set the header on every request, and what nobody finds among the parameters. */
const NO_JSON: Readonly<Record<string, string>> = { FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty, and content-type says it is JSON', FST_ERR_CTP_INVALID_JSON_BODY: 'the body is not JSON' };

function refusalOf(error: FastifyError): Refusal {
  if (error.validation !== undefined) {
    const [first] = error.validation;
    // Names the parameter and the rule; the message of a rule never quotes the value.
    return refuse('query_invalid', `${error.validationContext ?? ''}${first?.instancePath ?? ''} ${first?.message ?? ''}`.trim());
  }
  return refuse(BY_STATUS[error.statusCode ?? 500] ?? 'internal', NO_JSON[error.code]);
}

/** Own failures are sentences without payload; the text of others may quote what they choked on. */
function sentenceOf(error: Error): string {
  const own = error.message.startsWith('cannot ') ? error.message : error.name;
  const code = error.cause instanceof Error ? /Code: [0-9]{1,5}/.exec(error.cause.message)?.[0] : undefined;
  return code === undefined ? own : `${own} (${code})`;
}

const CLIENT_ERRORS: Readonly<Record<string, RefusalCode>> = { HPE_HEADER_OVERFLOW: 'headers_too_large', ERR_HTTP_REQUEST_TIMEOUT: 'sender_too_slow' };

/** What the HTTP parser refused: there is no request yet, so the answer is written by hand and the connection closed. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const code = CLIENT_ERRORS[error.code ?? ''] ?? 'query_invalid';
  const { http, says, advice } = REFUSALS[code];
  const body = JSON.stringify({ error: { code, message: says, advice, requestId: requestId() } });
  socket.end(`HTTP/1.1 ${http} Refused\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`);
}
