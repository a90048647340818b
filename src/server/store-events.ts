/** What the store tells of itself, and figures of it that are asked for: for whoever runs the server. */
import type { Meter } from '#meter';
import type { Store, StoreEvent } from '#store';
import type { Report } from './failure-text.ts';

export function watchStore(meter: Meter, store: Store, inFlight: () => { readonly requests: number; readonly bytes: number }): void {
  meter.watch('requestsInFlight', () => inFlight().requests);
  meter.watch('bytesInFlight', () => inFlight().bytes);
  meter.watch('pendingRows', () => store.pendingRows);
  meter.watch('diskFree', () => store.health().diskFreeBytes);
  meter.watch('diskUsed', () => store.health().dataBytes);
}

export function hearStore(event: StoreEvent, meter: Meter, report: Report): void {
  if (event.is === 'failed') report(`cannot finish the ${event.what}`, event.error);
  else if (event.is === 'set_aside') report(`block ${event.block} with ${event.rows} spans cannot be stored and is kept in set-aside/: please report this as a bug`, event.error);
  else if (event.is === 'flushed') meter.flushed(event.rows, event.took_ms);
}
