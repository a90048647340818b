/**
 * Takes the money: a gRPC server that keeps each charge in SQL. Cards ending in 0002 are declined, and one charge in ten waits for
 * the bank. Sends its spans as OTLP over gRPC.
 */
import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import pg from 'pg';
import { PAYMENT } from './payment-protocol.ts';
import type { ChargeReply, ChargeRequest } from './payment-protocol.ts';
import { announce, log, recordFailure, ShopError, sleep } from './service.ts';

const SLOW_BANK_ONE_IN = 10;
const database = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 2 });

const server = new Server();
server.addService(PAYMENT, {
  Charge: (call: ServerUnaryCall<ChargeRequest, ChargeReply>, answer: sendUnaryData<ChargeReply>) => {
    charge(call.request).then(
      (reply) => answer(null, reply),
      (error: Error) => {
        recordFailure(error);
        answer({ code: error instanceof ShopError ? status.FAILED_PRECONDITION : status.INTERNAL, message: error.message });
      },
    );
  },
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw new Error('cannot bind payment service', { cause: error });
  announce(port);
});

async function charge({ holder, card_number, email, cents }: ChargeRequest): Promise<ChargeReply> {
  log('info', `POST https://shop:${bankPassword()}@bank.example/v2/charges card=${card_number} cents=${cents}`);
  if (Math.random() * SLOW_BANK_ONE_IN < 1) await sleep(400 + Math.random() * 600);
  if (card_number.endsWith('0002')) throw new ShopError(402, `card ${card_number} of ${holder} <${email}> was declined`);
  await database.query('INSERT INTO payments (holder, card_number, cents) VALUES ($1, $2, $3)', [holder, card_number, cents]);
  return { receipt: randomUUID() };
}

/** Made up anew by every run: nothing that looks like a credential is written in this repository. */
function bankPassword(): string {
  return process.env['BANK_PASSWORD'] ?? 'unset';
}
