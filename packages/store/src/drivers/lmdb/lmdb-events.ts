import type { TimeRange } from '@ethogram/core';
import { storeErrors } from '../../errors.js';
import type { EventHead, EventStore, StoredEvent } from '../../store.js';
import { checkEvent, compareEvents } from '../../validate-event.js';
import type { LmdbEnvironment } from './environment.js';
import { between, keys } from './keys.js';
import { getJson } from './recording-records.js';

type Db = LmdbEnvironment['db'];

/** Events in an LMDB environment, with an index by time. */
export class LmdbEvents implements EventStore {
  readonly #environment: LmdbEnvironment;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  async put(event: StoredEvent): Promise<void> {
    checkEvent(event);
    const text = Buffer.from(JSON.stringify(event));
    await this.#write((db) => {
      const before = getJson<StoredEvent>(db, keys.event(event.kind, event.id));
      if (before) db.remove(keys.eventTime(before.kind, before.ts, before.id));
      db.put(keys.event(event.kind, event.id), text);
      db.put(keys.eventTime(event.kind, event.ts, event.id), Buffer.from(event.host));
    }, text.length);
  }

  async get(kind: StoredEvent['kind'], id: string): Promise<StoredEvent | undefined> {
    return this.#environment.snapshot((db) => getJson<StoredEvent>(db, keys.event(kind, id)));
  }

  async list(query: {
    readonly kind: StoredEvent['kind'];
    readonly host?: string;
    readonly range?: TimeRange;
  }): Promise<readonly StoredEvent[]> {
    const { kind, host, range } = query;
    const events = this.#environment.snapshot((db) =>
      [...db.getKeys(between('g', [kind], range?.from, range?.to))].flatMap(
        (key) => getJson<StoredEvent>(db, keys.event(kind, (key as string[])[3] as string)) ?? [],
      ),
    );
    return events.filter((event) => host === undefined || event.host === host).sort(compareEvents);
  }

  async heads(query: Parameters<EventStore['heads']>[0]): Promise<readonly EventHead[]> {
    const { kind, host, range } = query;
    const heads = this.#environment.snapshot((db) =>
      [...db.getRange(between('g', [kind], range?.from, range?.to))].flatMap(({ key, value }) => {
        const [, , ts, id] = key as [string, string, number, string];
        // Stores of before the index named the host have nothing there.
        const event = value.length > 0 ? undefined : getJson<StoredEvent>(db, keys.event(kind, id));
        const of = event?.host ?? value.toString();
        return of === '' ? [] : [{ id, kind, host: of, ts }];
      }),
    );
    return heads.filter((head) => host === undefined || head.host === host).sort(compareEvents);
  }

  async remove(kind: StoredEvent['kind'], id: string): Promise<boolean> {
    return this.#write((db) => {
      const event = getJson<StoredEvent>(db, keys.event(kind, id));
      if (!event) return false;
      db.remove(keys.event(kind, id));
      db.remove(keys.eventTime(kind, event.ts, id));
      return true;
    });
  }

  async #write<T>(write: (db: Db) => T, adds = 0): Promise<T> {
    if (this.#environment.mode === 'read') {
      throw storeErrors.make('STORE-1007', `${this.#environment.uri} was opened for reading`);
    }
    const result = this.#environment.commit(write, { adds });
    await this.#environment.durable();
    return result;
  }
}
