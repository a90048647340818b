/**
 * `/api/v1/keys`: the keys that seal fields of the reader's own tenant, and what is done with them: the verbs `tracekeep keys` over HTTP. No key leaves the server here, and
 * nothing is opened for whoever asks.
 */
import { actorOf, type Actor } from '#control';
import type { KeyDesk } from '#custody/key-desk';
import type { TenantId } from '#model';
import type { SealedRule } from '#policy';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeysView, KeyVersionView, SealedFieldView, SealingRootView, TenantKeysView } from './answer-types.ts';
import { keysView } from './views.ts';

export interface KeySource {
  readonly desk: Pick<KeyDesk, 'root' | 'status' | 'rotate' | 'rewrap' | 'retire'>;
  /** What the policy in force seals in spans of a tenant. */
  readonly sealed: (tenant: TenantId) => readonly SealedRule[];
}

const NO_QUERY = querySchema({});
const BODY_BYTES_MAX = 1_024;
/** Nothing at all, or `{}`. */
const NOTHING = { type: ['object', 'null'], additionalProperties: false, properties: {} } as const;
const flag = (description: string): object => ({ type: 'boolean', description });
const VERSION = object<KeyVersionView>({
  version: count,
  state: { type: 'string', enum: ['current', 'needed', 'unneeded', 'retired'], description: 'current takes the new windows, needed still opens some, unneeded can be retired, of retired the private half is destroyed.' },
  windows: count,
  made: text(),
  retired: { type: ['string', 'null'] },
});
const maybe = (description: string): object => ({ type: ['boolean', 'null'], description });
const TENANT = object<TenantKeysView>({
  tenant: text(),
  versions: array(VERSION),
  toRewrap: { ...count, description: 'Windows that are not under the newest version.' },
  rewrapping: { ...object({ done: count, of: count }), type: ['object', 'null'], description: 'How far a run is that puts windows under the newest version; null: none runs in this server.' },
  rewrapFailed: flag('The last such run of this server broke off. What is left opens as before.'),
  windows: count,
  subjectKeys: { ...count, description: 'All that were made, destroyed ones too.' },
  destroyed: count,
  fields: array(object<SealedFieldView>({ key: text('With *, or status.message.'), sealed: text('The rule that seals it.'), searchable: { type: 'boolean' }, subject: { type: 'boolean' }, approval: { type: ['string', 'null'], description: 'second-person: opened only with the approval of somebody else.' } })),
});
const ROOT = object<SealingRootView>({
  kind: { type: 'string', enum: ['file', 'passphrase', 'transit'] },
  made: flag('It was used once.'),
  here: maybe('Its file, or that of its token, is on this machine. null: a passphrase never is.'),
  usable: maybe('And it would be read, being a regular file that is closed to other users: sealed fields can be opened here.'),
}, { description: 'The sealing root, which opens the private keys.' });
const STATUS = object<KeysView>({ sealingRoot: ROOT, tenants: { ...array(TENANT), description: 'The one of whoever asks.' } }, { description: 'The keys of the tenant, and what the policy in force seals, as tracekeep keys status --json.' });

export function addKeyRoutes(app: FastifyInstance, { desk, sealed }: KeySource): void {
  const send = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { tenant } = readerOf(request);
    return sendAnswer(request, reply, keysView(desk.root, [{ status: await desk.status(tenant), sealed: sealed(tenant) }]));
  };
  const change = async (request: FastifyRequest, reply: FastifyReply, make: (tenant: TenantId, by: Actor) => Promise<object | true | Refusal>): Promise<FastifyReply> => {
    const made = await make(readerOf(request).tenant, actorOf(readerOf(request)));
    return isRefusal(made) ? sendAnswer(request, reply, made) : send(request, reply);
  };

  app.get('/api/v1/keys', { config: { action: 'key.list' }, schema: { summary: 'Keys that seal fields, and what needs which', querystring: NO_QUERY, response: answersAs(STATUS) } }, send);

  app.post(
    '/api/v1/keys/rotate',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'key.change' }, schema: { summary: 'Make a new version of the key; the windows of the next hour are under it', querystring: NO_QUERY, body: NOTHING, response: answersAs(STATUS) } },
    async (request, reply) => change(request, reply, (tenant, by) => desk.rotate(tenant, by)),
  );

  app.post(
    '/api/v1/keys/rewrap',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'key.change' }, schema: { summary: 'Begin to put the windows of earlier versions under the newest; GET /api/v1/keys says how far it is', querystring: NO_QUERY, body: NOTHING, response: answersAs(STATUS) } },
    async (request, reply) => change(request, reply, (tenant, by) => desk.rewrap(tenant, by)),
  );

  app.post<{ Body: { version: number } }>(
    '/api/v1/keys/retire',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'key.change' },
      schema: { summary: 'Destroy the private half of a version that no window needs', querystring: NO_QUERY, body: { type: 'object', additionalProperties: false, required: ['version'], properties: { version: { type: 'integer', minimum: 1, maximum: 999_999 } } }, response: answersAs(STATUS) },
    },
    async (request, reply) => change(request, reply, (tenant, by) => desk.retire(tenant, request.body.version, by)),
  );
}
