/** Takes confirmations from the queue and hands them to the mail gateway, which bounces some. Never called by anyone. */
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { Redis } from 'ioredis';
import { announce, log, recordFailure, sleep } from './service.ts';

interface Mail {
  readonly headers: Record<string, string>;
  readonly to: string;
  readonly text: string;
}

const MAIL_QUEUE = 'mails';
const BOUNCE_ONE_IN = 12;
/** A blocked BRPOP keeps its connection to itself. */
const queue = new Redis(process.env['CACHE_URL'] ?? '', { protocol: 2 });
const cache = new Redis(process.env['CACHE_URL'] ?? '', { protocol: 2 });
const tracer = trace.getTracer('mailer');

announce(0);
for (;;) {
  const taken = await queue.brpop(MAIL_QUEUE, 0);
  if (taken !== null) await deliver(JSON.parse(taken[1]) as Mail);
}

async function deliver(mail: Mail): Promise<void> {
  const sender = propagation.extract(context.active(), mail.headers);
  await tracer.startActiveSpan(`process ${MAIL_QUEUE}`, { kind: SpanKind.CONSUMER, attributes: { 'messaging.system': 'redis', 'messaging.destination.name': MAIL_QUEUE } }, sender, async (span) => {
    try {
      await sleep(20 + Math.random() * 60);
      if (Math.random() * BOUNCE_ONE_IN < 1) throw new Error(`550 5.1.1 <${mail.to}>: mailbox unavailable (login ${process.env['SMTP_URL']})`);
      await cache.set(`mailed:${mail.to}`, mail.text, 'EX', 3600);
      log('info', `mailed ${mail.to} through ${process.env['SMTP_URL']}`);
    } catch (error) {
      recordFailure(error);
    } finally {
      span.end();
    }
  });
}
