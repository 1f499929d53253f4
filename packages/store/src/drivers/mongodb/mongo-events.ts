import type { TimeRange } from '@ethogram/core';
import type { EventStore, StoredEvent } from '../../store.js';
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
    const { kind, host, range } = query;
    const found = await this.#session.run(({ events }) =>
      events
        .find({
          kind,
          ...(host === undefined ? {} : { host }),
          ...(range ? { ts: { $gte: range.from, $lt: range.to } } : {}),
        })
        .toArray(),
    );
    return found.map(eventOf).sort(compareEvents);
  }

  async remove(kind: StoredEvent['kind'], id: string): Promise<boolean> {
    this.#session.mayWrite('annotations');
    const result = await this.#session.run(({ events }) =>
      events.deleteOne({ _id: idOf(kind, id) }),
    );
    return result.deletedCount > 0;
  }
}

function eventOf({ id, kind, host, ts, body }: EventDocument): StoredEvent {
  return { id, kind, host, ts, body };
}
