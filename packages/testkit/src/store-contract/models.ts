import { describe, expect, it } from 'vitest';
import { freshStores, type StoreFixture } from './fixture.js';

/** What `Store.models` promises. */
export function modelContract(openFresh: () => Promise<StoreFixture>): void {
  describe('models', () => {
    const fresh = freshStores(openFresh);
    const model = (name: string, json: string, state: 'candidate' | 'active' = 'candidate') => ({
      name,
      host: 'alpha',
      state,
      storedAt: 1_767_600_000_000,
      json,
    });

    it('counts versions up and gives back every one', async () => {
      const { store } = await fresh();
      expect(await store.models.put(model('m', '{"v":1}'))).toBe(1);
      expect(await store.models.put(model('m', '{"v":2}'))).toBe(2);
      expect(await store.models.put(model('other', '{}'))).toBe(1);
      expect((await store.models.get('m', 1))?.json).toBe('{"v":1}');
      expect(await store.models.get('m', 2)).toEqual({ ...model('m', '{"v":2}'), version: 2 });
      expect(await store.models.get('m', 3)).toBeUndefined();
      expect(await store.models.get('none')).toBeUndefined();
    });

    it('means the active version, else the newest, where none is named', async () => {
      const { store } = await fresh();
      await store.models.put(model('m', '1'));
      await store.models.put(model('m', '2', 'active'));
      await store.models.put(model('m', '3'));
      expect((await store.models.get('m'))?.version).toBe(2);
      await store.models.put(model('n', '1'));
      await store.models.put(model('n', '2'));
      expect((await store.models.get('n'))?.version).toBe(2);
    });

    it('has one active version of a name at most', async () => {
      const { store } = await fresh();
      await store.models.put(model('m', '1', 'active'));
      await store.models.put(model('m', '2', 'active'));
      await store.models.put(model('m', '3'));
      const states = async () => (await store.models.list()).map((m) => m.state);
      expect(await states()).toEqual(['retired', 'active', 'candidate']);
      expect(await store.models.promote('m', 1)).toBe(true);
      expect(await states()).toEqual(['active', 'retired', 'candidate']);
      expect(await store.models.promote('m', 9)).toBe(false);
      expect(await states()).toEqual(['active', 'retired', 'candidate']);
    });

    it('lists by name, then version, without the text', async () => {
      const { store } = await fresh();
      for (const name of ['b', 'a', 'b']) await store.models.put(model(name, 'x'.repeat(10)));
      const list = await store.models.list();
      expect(list.map((m) => `${m.name}${m.version}`)).toEqual(['a1', 'b1', 'b2']);
      expect(list.every((m) => !('json' in m))).toBe(true);
    });

    it('deletes versions and names, and gives no version twice', async () => {
      const { store } = await fresh();
      await store.models.put(model('m', '1'));
      await store.models.put(model('m', '2'));
      expect(await store.models.remove('m', 2)).toBe(1);
      expect(await store.models.remove('m', 2)).toBe(0);
      expect(await store.models.put(model('m', '3'))).toBe(3);
      expect(await store.models.remove('m')).toBe(2);
      expect(await store.models.remove('m')).toBe(0);
      expect(await store.models.list()).toEqual([]);
    });

    it('keeps texts of many megabytes', async () => {
      const { store } = await fresh();
      const json = JSON.stringify({ text: 'ä0123456789'.repeat(2_000_000) });
      await store.models.put(model('large', json));
      expect((await store.models.get('large'))?.json === json).toBe(true);
    });
  });
}
