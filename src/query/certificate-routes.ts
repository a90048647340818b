/**
 * The certificates that a producer showed since the start, and revoking one of them: it is refused from then on, on open connections too. What was never shown
 * here is revoked by its file, on the command line.
 */
import type { ShownCertificates } from '#authenticate/shown-certificates';
import { actorOf, type ControlStore } from '#control';
import type { TenantId } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { bodyOf, idOf, timeText, type Attributed } from './administration-forms.ts';
import { answersAs, array, object, text } from './answers.ts';
import { readerOf, sendRefusal } from './guard.ts';
import { sendAnswer } from './reply.ts';

export interface CertificateParts {
  readonly control: Pick<ControlStore, 'listProducers' | 'listRevokedCertificates'> & Attributed<'revokeCertificate'>;
  readonly shown: Pick<ShownCertificates, 'of'>;
}

const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const;
const CERTIFICATE = object({ fingerprint: text('SHA-256 of the certificate.'), name: text(), expiresAt: text(), lastAt: text('When a request came with it last.'), revoked: { type: 'boolean' } });

type ById = { Params: { id: string } };

export function addCertificateRoutes(app: FastifyInstance, { control, shown }: CertificateParts): void {
  /** A producer of the reader's own tenant. */
  const missing = async (tenant: TenantId, id: string): Promise<Refusal | null> => ((await control.listProducers(tenant)).some((one) => one.id === id) ? null : refuse('name_unknown', 'a producer'));

  app.get<ById>(
    '/api/v1/producers/:id/certificates',
    { config: { action: 'producer.list' }, schema: { summary: 'Client certificates that a producer showed since the server started', params: idOf('p'), querystring: NO_QUERY, response: answersAs(object({ certificates: array(CERTIFICATE) })) } },
    async (request, reply) => {
      const { id } = request.params;
      const refused = await missing(readerOf(request).tenant, id);
      if (refused !== null) return sendRefusal(request, reply, refused);
      const revoked = new Set((await control.listRevokedCertificates()).map(({ fingerprint }) => fingerprint));
      return sendAnswer(request, reply, { certificates: shown.of(id).map(({ fingerprint, name, expires, last }) => ({ fingerprint, name, expiresAt: timeText(expires), lastAt: timeText(last), revoked: revoked.has(fingerprint) })) });
    },
  );

  app.post<ById & { Body: { fingerprint: string } }>(
    '/api/v1/producers/:id/certificates/revoke',
    {
      config: { action: 'producer.change' },
      schema: { summary: 'Revoke a certificate that this producer showed; it is refused at once, on open connections too', params: idOf('p'), querystring: NO_QUERY, body: bodyOf({ fingerprint: { type: 'string', pattern: '^[0-9a-f]{64}$' } }), response: { 204: { description: 'Done.', type: 'null' } } },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const refused = await missing(reader.tenant, request.params.id);
      // INVARIANT: nobody revokes a certificate that is not of a producer of theirs.
      const one = refused === null ? shown.of(request.params.id).find(({ fingerprint }) => fingerprint === request.body.fingerprint) : undefined;
      const revoked = one === undefined ? (refused ?? refuse('name_unknown', 'a certificate that this producer showed')) : await control.revokeCertificate(one, actorOf(reader));
      return isRefusal(revoked) ? sendRefusal(request, reply, revoked) : reply.code(204).send();
    },
  );
}
