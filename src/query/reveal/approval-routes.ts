/**
 * `/api/v1/approvals`: what waits for a second person, and what became of it. Shown to who asked and to who may decide it; that is who may do the act
 * themselves, and is somebody else.
 */
import type { Access } from '#access';
import { actorOf, type Actor, type Approval, type ApprovalKind, type ControlStore, isOver } from '#control';
import type { Reader } from '#model';
import { answersAs, array, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApprovalView, WhoView } from './answer-types.ts';
import { mayOpen, personOf } from './reveal.ts';

export interface ApprovalSource {
  readonly control: Pick<ControlStore, 'listApprovals' | 'decideApproval'>;
}

export interface ApprovalDecider {
  readonly access: Pick<Access, 'decide'>;
  readonly now_ms: () => number;
}

const STATES: readonly ApprovalView['state'][] = ['waiting', 'approved', 'declined', 'used', 'expired'];
type State = ApprovalView['state'];

const ORNULL = { type: ['string', 'null'] } as const;
const WHO = object<WhoView>({ id: text(), name: text() });
export const APPROVAL = object<ApprovalView>({
  id: text(), kind: text('reveal: sealed values of a trace are opened; forget, export: a person is forgotten, or given what is held about them.'), state: { type: 'string', enum: STATES }, trace: { ...ORNULL, description: 'Of reveal.' }, fields: array(text()), subject: { ...ORNULL, description: 'Of forget and export: a keyed digest of the person.' }, reason: text(), by: WHO, made: text('RFC 3339.'),
  until: text('Until then it can be decided, or used.'), decidedBy: { ...WHO, type: ['object', 'null'] }, decided: ORNULL, mine: { type: 'boolean', description: 'Whoever asks has asked for it.' }, mayDecide: { type: 'boolean', description: 'Whoever asks may approve it.' },
});
const BODY = { type: ['object', 'null'], additionalProperties: false, properties: {} } as const;
const ID = { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^v_[0-9a-f]{16}$' } } } as const;

/** Whether a reader may do what is asked for, all of it. */
const MAY: Readonly<Record<ApprovalKind, (access: Pick<Access, 'decide'>, reader: Reader, approval: Approval) => true | Refusal>> = {
  reveal: (access, reader, { fields }) => {
    const reading = access.decide(reader, 'trace.read', { tenant: reader.tenant });
    return reading === true ? (fields.map(mayOpen(access, reader)).find((allowed) => allowed !== true) ?? true) : reading;
  },
  forget: (access, reader) => access.decide(reader, 'subject.forget', { tenant: reader.tenant }),
  export: (access, reader) => access.decide(reader, 'subject.export', { tenant: reader.tenant }),
};

export function addApprovalRoutes(app: FastifyInstance, { control }: ApprovalSource, decider: ApprovalDecider): void {
  const { access } = decider;
  const isMine = (approval: Approval, reader: Reader): boolean => approval.person === personOf(reader);
  const isShown = (approval: Approval, reader: Reader): boolean => isMine(approval, reader) || MAY[approval.kind](access, reader, approval) === true;

  app.get<{ Querystring: { state?: State } }>(
    '/api/v1/approvals',
    { config: { action: 'server.read' }, schema: { summary: 'What waits for a second person, and what became of it, of those that one asked for or may decide', querystring: querySchema({ state: { type: 'string', enum: STATES } }), response: answersAs(object({ approvals: array(APPROVAL) })) } },
    async (request, reply) => {
      const reader = readerOf(request);
      const { state } = request.query;
      const shown = control.listApprovals(reader.tenant).filter((approval) => (state === undefined || stateOf(approval, decider.now_ms()) === state) && isShown(approval, reader));
      return sendAnswer(request, reply, { approvals: shown.map((approval) => approvalView(approval, reader, decider)) });
    },
  );

  const decide = (verdict: 'approved' | 'declined') => async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): Promise<FastifyReply> => {
    const reader = readerOf(request);
    const approval = control.listApprovals(reader.tenant).find(({ id }) => id === request.params.id);
    if (approval === undefined || !isShown(approval, reader)) return sendAnswer(request, reply, refuse('name_unknown', 'an approval'));
    // One's own can be taken back whatever became of the role.
    const may = verdict === 'declined' && isMine(approval, reader) ? true : MAY[approval.kind](access, reader, approval);
    const decided = may === true ? await control.decideApproval(reader.tenant, approval.id, verdict, personOf(reader), actorOf(reader)) : may;
    return sendAnswer(request, reply, isRefusal(decided) ? decided : { approval: approvalView(decided, reader, decider) });
  };
  const options = (summary: string) => ({ config: { action: 'server.read' as const }, schema: { summary, params: ID, querystring: querySchema({}), body: BODY, response: answersAs(object({ approval: APPROVAL })) } });
  app.post<{ Params: { id: string } }>('/api/v1/approvals/:id/approve', options('Approve, once, what somebody else asked for and one may do oneself'), decide('approved'));
  app.post<{ Params: { id: string } }>('/api/v1/approvals/:id/decline', options('Decline what somebody else asked for, or take back one’s own'), decide('declined'));
}

export function approvalView(approval: Approval, reader: Reader, { access, now_ms }: ApprovalDecider): ApprovalView {
  const { id, kind, trace, fields, subject, reason, by, made, until, decidedBy, decided, person } = approval;
  const state = stateOf(approval, now_ms());
  const [self, mine] = [personOf(reader), person === personOf(reader)];
  return {
    id, kind, state, trace, fields, subject, reason, by: viewOf(by), made: timeText(made), until: timeText(until), decidedBy: decidedBy === null ? null : viewOf(decidedBy), decided: decided === null ? null : timeText(decided),
    mine, mayDecide: state === 'waiting' && !mine && self !== null && MAY[kind](access, reader, approval) === true,
  };
}

function stateOf(approval: Approval, now: number): State {
  return (approval.state === 'waiting' || approval.state === 'approved') && isOver(approval, now) ? 'expired' : approval.state;
}

const viewOf = (actor: Actor): WhoView => ('id' in actor ? { id: actor.id, name: actor.name } : { id: '', name: actor.is });
const timeText = (ms: number): string => new Date(ms).toISOString();
