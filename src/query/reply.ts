/** How a handler answers: JSON as text, or a refusal in the words of the route. */
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendRefusal } from './guard.ts';

/** A refusal as such, anything else as its JSON. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, value: object | Refusal): FastifyReply {
  return isRefusal(value) ? sendRefusal(request, reply, value) : sendJson(reply, JSON.stringify(value));
}

export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json);
}
