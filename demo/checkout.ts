/** Makes an order of a cart: asks the cart, reserves the goods, takes the money over gRPC and leaves the confirmation to the mailer's queue. */
import { credentials, makeGenericClientConstructor, Metadata } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { Redis } from 'ioredis';
import { PAYMENT } from './payment-protocol.ts';
import type { ChargeReply, ChargeRequest } from './payment-protocol.ts';
import { addressOf, call, log, serveHttp, ShopError } from './service.ts';

interface Order {
  readonly session: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly card: string;
}

const MAIL_QUEUE = 'mails';
const queue = new Redis(process.env['CACHE_URL'] ?? '', { protocol: 2 });
const tracer = trace.getTracer('checkout');
const Payment = makeGenericClientConstructor(PAYMENT, 'Payment');
const payment = addressOf('payment').then((address) => new Payment(address, credentials.createInsecure()));

await serveHttp({
  'POST /orders': async ({ body }) => {
    const order = body as unknown as Order;
    const { items } = await call<{ items: Record<string, string> }>('GET', 'cart', `/items?session=${order.session}`);
    let cents = 0;
    for (const [sku, quantity] of Object.entries(items)) {
      const reserved = await call<{ cents: number }>('POST', 'inventory', '/reservations', { sku, quantity: Number(quantity), email: order.email });
      cents += reserved.cents * Number(quantity);
    }
    const { receipt } = await charge({ holder: order.name, card_number: order.card, email: order.email, cents });
    await confirm(order, receipt);
    await call('DELETE', 'cart', `/items?session=${order.session}`);
    return { body: { receipt, cents } };
  },
});

async function charge(request: ChargeRequest): Promise<ChargeReply> {
  const client = await payment;
  const metadata = new Metadata();
  metadata.set('x-api-key', process.env['PAYMENT_API_KEY'] ?? '');
  return new Promise((resolve, reject) => {
    client['Charge']?.(request, metadata, (error: ServiceError | null, reply: ChargeReply) => {
      if (error === null) return resolve(reply);
      log('error', `payment of ${request.email} failed with api key ${process.env['PAYMENT_API_KEY']}`);
      reject(new ShopError(402, error.details, error));
    });
  });
}

/** The trace goes on in whoever takes the message: its context travels inside, as W3C Trace Context. */
async function confirm(order: Order, receipt: string): Promise<void> {
  await tracer.startActiveSpan(`send ${MAIL_QUEUE}`, { kind: SpanKind.PRODUCER, attributes: { 'messaging.system': 'redis', 'messaging.destination.name': MAIL_QUEUE } }, async (span) => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    await queue.lpush(MAIL_QUEUE, JSON.stringify({ headers, to: order.email, text: `Dear ${order.name}, thank you. Receipt ${receipt}.` }));
    span.end();
  });
}
