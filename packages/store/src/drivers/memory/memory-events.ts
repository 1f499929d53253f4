import type { TimeRange } from '@ethogram/core';
import type { EventHead, EventStore, StoredEvent } from '../../store.js';
import { checkEvent, compareEvents } from '../../validate-event.js';

/** Events in a map. */
export class MemoryEvents implements EventStore {
  readonly #events = new Map<string, StoredEvent>();
  readonly #guard: (write: boolean) => void;

  constructor(guard: (write: boolean) => void) {
    this.#guard = guard;
  }

  async put(event: StoredEvent): Promise<void> {
    this.#guard(true);
    checkEvent(event);
    this.#events.set(eventKey(event.kind, event.id), { ...event });
  }

  async get(kind: StoredEvent['kind'], id: string): Promise<StoredEvent | undefined> {
    this.#guard(false);
    return this.#events.get(eventKey(kind, id));
  }

  async list(query: {
    readonly kind: StoredEvent['kind'];
    readonly host?: string;
    readonly range?: TimeRange;
  }): Promise<readonly StoredEvent[]> {
    this.#guard(false);
    const { kind, host, range } = query;
    return [...this.#events.values()]
      .filter((event) => event.kind === kind && (host === undefined || event.host === host))
      .filter((event) => !range || (event.ts >= range.from && event.ts < range.to))
      .sort(compareEvents);
  }

  async heads(query: Parameters<EventStore['heads']>[0]): Promise<readonly EventHead[]> {
    return (await this.list(query)).map(({ id, kind, host, ts }) => ({ id, kind, host, ts }));
  }

  async remove(kind: StoredEvent['kind'], id: string): Promise<boolean> {
    this.#guard(true);
    return this.#events.delete(eventKey(kind, id));
  }
}

function eventKey(kind: string, id: string): string {
  return `${kind}/${id}`;
}
