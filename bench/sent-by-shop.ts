/** What the demo's shop of real services sends when official instrumentations look at it: ordinary values, those that hold something left out. */
import { startShop } from '#demo/shop';
import { startSink } from '#demo/sink';

const SPANS = 400;
const DEADLINE_MS = 20_000;
/** What the shop puts into its spans so that there is something to minimize (`demo/README.md`), and literals of statements. */
const HOLDS_SOMETHING = /@|%40|Bearer|sid=|sk_live|eyJ|shop:|\+\d|\d{13,16}|[a-z]+="|'|VALUES|EVALSHA|lpush|xadd|session=|at or near|\bset\b|\bget\b/iu;
const PERSONAL_KEYS = /address|forwarded|cookie|authorization|api.key|values|statement|query\.text|user|card/u;

interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

export async function sentByShop(): Promise<{ key: string; value: string }[]> {
  const sink = await startSink();
  const shop = startShop({ otlpHttp: sink.http, otlpGrpc: sink.grpc, headersOf: () => 'authorization=Bearer x', rate: 10, onDeath: () => {} });
  try {
    await shop.ready;
    for (const end = Date.now() + DEADLINE_MS; Date.now() < end && sink.spans.length < SPANS; ) await new Promise((resolve) => setTimeout(resolve, 100));
    const found = new Map<string, { key: string; value: string }>();
    for (const { text, name } of sink.spans) {
      found.set(name, { key: '', value: name });
      const [attributes, events] = JSON.parse(text) as [readonly KeyValue[] | undefined, readonly { readonly attributes?: readonly KeyValue[] }[] | undefined];
      for (const { key, value } of [...(attributes ?? []), ...(events ?? []).flatMap((event) => event.attributes ?? [])]) {
        const sent = value.stringValue;
        if (typeof sent === 'string' && sent !== '' && !PERSONAL_KEYS.test(key) && !HOLDS_SOMETHING.test(sent)) found.set(`${key}\0${sent}`, { key, value: sent });
      }
    }
    return [...found.values()];
  } finally {
    await shop.stop();
    await sink.close();
  }
}
