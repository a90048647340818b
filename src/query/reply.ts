/** How a handler answers: JSON as text, or a refusal in the words of the route. */
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendRefusal } from './guard.ts';
import { noteShown } from './recorded.ts';

/** A refusal as such, anything else as its JSON. Of what it lists the record of the request says how many there are. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, value: object | Refusal): FastifyReply {
  if (isRefusal(value)) return sendRefusal(request, reply, value);
  const [list, ...more] = Object.values(value).filter((one) => Array.isArray(one));
  if (list !== undefined && more.length === 0) noteShown(request, list.length);
  return sendJson(reply, JSON.stringify(value));
}

export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json);
}
