import { describe, expect, it } from 'vitest';
import { exampleTicks } from '../example-ticks.js';
import { comparable, freshStores, readTicks, type StoreFixture } from './fixture.js';

/** What a store promises about being opened, closed, and opened again. */
export function sharingContract(openFresh: () => Promise<StoreFixture>): void {
  describe('opening and closing', () => {
    const fresh = freshStores(openFresh);

    it('may be closed again and says so to whoever still uses it', async () => {
      const { store } = await fresh();
      await store.samples.append('a', exampleTicks({ count: 1 }));
      await store.close();
      await store.close();
      const closed = { code: 'STORE-1009' };
      await expect(store.samples.recordings()).rejects.toMatchObject(closed);
      await expect(readTicks(store)).rejects.toMatchObject(closed);
      await expect(store.samples.append('a', exampleTicks({ count: 1 }))).rejects.toMatchObject(
        closed,
      );
      await expect(store.models.list()).rejects.toMatchObject(closed);
      await expect(store.events.list({ kind: 'anomaly' })).rejects.toMatchObject(closed);
      await expect(store.leases.get('l')).rejects.toMatchObject(closed);
    });

    it('shows no credentials', async () => {
      const { store } = await fresh();
      expect(store.uri).not.toMatch(/:[^/@]+@/);
    });

    it('has everything when it is opened again', async (context) => {
      const { store, reopen } = await fresh();
      if (!reopen) return context.skip('this store lives in one process');
      const ticks = exampleTicks({ count: 100 });
      await store.samples.append('a', ticks);
      await store.models.put({ name: 'm', host: 'h', state: 'active', storedAt: 1, json: '{}' });
      await store.events.put({ id: 'e', kind: 'feedback', host: 'h', ts: 1, body: '' });
      await store.close();
      const again = await reopen({ mode: 'write' });
      expect(await readTicks(again)).toEqual(ticks.map(comparable));
      expect(await again.samples.append('a', ticks)).toEqual({ stored: 0, repeated: 100 });
      expect((await again.models.get('m'))?.version).toBe(1);
      expect(await again.events.list({ kind: 'feedback' })).toHaveLength(1);
    });

    it('shows a reader what the writer has acknowledged', async (context) => {
      const { store, reopen } = await fresh();
      if (!reopen) return context.skip('this store lives in one process');
      const ticks = exampleTicks({ count: 130 });
      await store.samples.append('a', ticks.slice(0, 10));
      const reader = await reopen({ mode: 'read' });
      expect(await readTicks(reader)).toHaveLength(10);
      for (const tick of ticks.slice(10)) await store.samples.append('a', [tick]);
      expect(await readTicks(reader)).toEqual(ticks.map(comparable));
      await store.samples.seal('a');
      expect(await readTicks(reader)).toEqual(ticks.map(comparable));
    });

    it('lets a reader write nothing', async (context) => {
      const { store, reopen } = await fresh();
      if (!reopen) return context.skip('this store lives in one process');
      await store.samples.append('a', exampleTicks({ count: 1 }));
      const reader = await reopen({ mode: 'read' });
      const refused = { code: 'STORE-1007' };
      await expect(reader.samples.append('a', exampleTicks({ count: 2 }))).rejects.toMatchObject(
        refused,
      );
      await expect(reader.samples.seal('a')).rejects.toMatchObject(refused);
      await expect(reader.samples.remove('a')).rejects.toMatchObject(refused);
      await expect(
        reader.models.put({ name: 'm', host: 'h', state: 'active', storedAt: 1, json: '{}' }),
      ).rejects.toMatchObject(refused);
      await expect(reader.leases.acquire('l', 'h', 1)).rejects.toMatchObject(refused);
      expect(await readTicks(reader)).toHaveLength(1);
    });

    it('lets an annotator write models, events and leases beside the writer, and no samples', async (context) => {
      const { store, reopen } = await fresh();
      if (!reopen) return context.skip('this store lives in one process');
      await store.samples.append('a', exampleTicks({ count: 1 }));
      const annotator = await reopen({ mode: 'annotate' });
      await annotator.models.put({
        name: 'm',
        host: 'h',
        state: 'active',
        storedAt: 1,
        json: '{}',
      });
      await annotator.events.put({ id: 'e', kind: 'anomaly', host: 'h', ts: 1, body: '' });
      expect(await annotator.leases.acquire('l', 'h', 3_600_000)).toBe(true);
      expect(await store.models.list()).toHaveLength(1);
      expect(await store.events.list({ kind: 'anomaly' })).toHaveLength(1);
      expect(await store.leases.acquire('l', 'other', 1)).toBe(false);
      await expect(annotator.samples.append('a', exampleTicks({ count: 2 }))).rejects.toMatchObject(
        {
          code: 'STORE-1007',
        },
      );
    });
  });
}
