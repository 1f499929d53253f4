import { storeErrors } from './errors.js';
import type { EventHead, StoredEvent } from './store.js';
import { checkName } from './validate-tick.js';

/**
 * Refuses events that no driver could find again.
 * @throws STORE-1006, STORE-1008
 */
export function checkEvent(event: StoredEvent): void {
  checkName('event id', event.id);
  checkName('host', event.host);
  if (Number.isSafeInteger(event.ts)) return;
  throw storeErrors.make('STORE-1006', `${event.kind} ${event.id} is at ${event.ts}`);
}

/** Orders events by time, then id in code-unit order. */
export function compareEvents(a: EventHead, b: EventHead): number {
  return a.ts - b.ts || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
