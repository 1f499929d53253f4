import type { StoredEvent } from '@ethogram/store';
import { describe, expect, it } from 'vitest';
import { freshStores, type StoreFixture } from './fixture.js';

/** What `Store.events` promises. */
export function eventContract(openFresh: () => Promise<StoreFixture>): void {
  describe('events', () => {
    const fresh = freshStores(openFresh);
    const event = (id: string, ts: number, more: Partial<StoredEvent> = {}): StoredEvent => ({
      id,
      kind: 'anomaly',
      host: 'alpha',
      ts,
      body: `{"id":"${id}"}`,
      ...more,
    });

    it('gives back what was put, by kind and id', async () => {
      const { store } = await fresh();
      await store.events.put(event('x', 5));
      await store.events.put(event('x', 6, { kind: 'incident' }));
      expect(await store.events.get('anomaly', 'x')).toEqual(event('x', 5));
      expect((await store.events.get('incident', 'x'))?.ts).toBe(6);
      expect(await store.events.get('feedback', 'x')).toBeUndefined();
    });

    it('replaces an event of the same kind and id, also at another time', async () => {
      const { store } = await fresh();
      await store.events.put(event('x', 5));
      await store.events.put(event('x', 9, { body: '2' }));
      expect(await store.events.list({ kind: 'anomaly' })).toEqual([event('x', 9, { body: '2' })]);
    });

    it('lists by time, then id, of a kind, host and half-open range', async () => {
      const { store } = await fresh();
      for (const e of [event('b', 2), event('c', 1), event('a', 2), event('d', 3)]) {
        await store.events.put(e);
      }
      await store.events.put(event('e', 2, { host: 'beta' }));
      const ids = async (query: Omit<Parameters<typeof store.events.list>[0], 'kind'>) =>
        (await store.events.list({ kind: 'anomaly', ...query })).map((e) => e.id).join('');
      expect(await ids({})).toBe('cabed');
      expect(await ids({ host: 'alpha' })).toBe('cabd');
      expect(await ids({ range: { from: 2, to: 3 } })).toBe('abe');
      expect(await ids({ host: 'beta', range: { from: 3, to: 9 } })).toBe('');
    });

    it('lists the same without bodies', async () => {
      const { store } = await fresh();
      for (const e of [event('b', 2), event('a', 2), event('c', 1, { host: 'beta' })]) {
        await store.events.put(e);
      }
      await store.events.put(event('b', 3, { body: '2' }));
      await store.events.put(event('x', 2, { kind: 'incident' }));
      for (const query of [{}, { host: 'alpha' }, { range: { from: 1, to: 3 } }]) {
        const listed = await store.events.list({ kind: 'anomaly', ...query });
        expect(await store.events.heads({ kind: 'anomaly', ...query })).toEqual(
          listed.map(({ id, kind, host, ts }) => ({ id, kind, host, ts })),
        );
      }
    });

    it('deletes one event', async () => {
      const { store } = await fresh();
      await store.events.put(event('x', 5));
      expect(await store.events.remove('anomaly', 'x')).toBe(true);
      expect(await store.events.remove('anomaly', 'x')).toBe(false);
      expect(await store.events.list({ kind: 'anomaly' })).toEqual([]);
    });

    it('refuses events without a time or id', async () => {
      const { store } = await fresh();
      await expect(store.events.put(event('x', 0.5))).rejects.toMatchObject({ code: 'STORE-1006' });
      await expect(store.events.put(event('', 1))).rejects.toMatchObject({ code: 'STORE-1008' });
    });
  });
}
