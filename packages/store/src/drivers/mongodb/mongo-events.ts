import type { TimeRange } from '@ethogram/core';
import type { EventHead, EventStore, StoredEvent } from '../../store.js';
import { checkEvent, compareEvents } from '../../validate-event.js';
import { type EventDocument, idOf } from './documents.js';
import type { MongoSession } from './mongo-session.js';

/** Events as documents. */
export class MongoEvents implements EventStore {
  readonly #session: MongoSession;

  constructor(session: MongoSession) {
    this.#session = session;
  }

  async put(event: StoredEvent): Promise<void> {
    this.#session.mayWrite('annotations');
    checkEvent(event);
    const { kind, id, host, ts, body } = event;
    await this.#session.run(({ events }) =>
      events.replaceOne({ _id: idOf(kind, id) }, { kind, id, host, ts, body }, { upsert: true }),
    );
  }

  async get(kind: StoredEvent['kind'], id: string): Promise<StoredEvent | undefined> {
    const found = await this.#session.run(({ events }) => events.findOne({ _id: idOf(kind, id) }));
    return found ? eventOf(found) : undefined;
  }

  async list(query: {
    readonly kind: StoredEvent['kind'];
    readonly host?: string;
    readonly range?: TimeRange;
  }): Promise<readonly StoredEvent[]> {
    const found = await this.#session.run(({ events }) => events.find(filterOf(query)).toArray());
    return found.map(eventOf).sort(compareEvents);
  }

  async heads(query: Parameters<EventStore['heads']>[0]): Promise<readonly EventHead[]> {
    const projection = { _id: 0, id: 1, kind: 1, host: 1, ts: 1 };
    const found = await this.#session.run(({ events }) =>
      events.find(filterOf(query), { projection }).toArray(),
    );
    return found.map(({ id, kind, host, ts }) => ({ id, kind, host, ts })).sort(compareEvents);
  }

  async remove(kind: StoredEvent['kind'], id: string): Promise<boolean> {
    this.#session.mayWrite('annotations');
    const result = await this.#session.run(({ events }) =>
      events.deleteOne({ _id: idOf(kind, id) }),
    );
    return result.deletedCount > 0;
  }
}

function filterOf({ kind, host, range }: Parameters<EventStore['heads']>[0]): object {
  return {
    kind,
    ...(host === undefined ? {} : { host }),
    ...(range ? { ts: { $gte: range.from, $lt: range.to } } : {}),
  };
}

function eventOf({ id, kind, host, ts, body }: EventDocument): StoredEvent {
  return { id, kind, host, ts, body };
}
