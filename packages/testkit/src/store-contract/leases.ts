import { describe, expect, it } from 'vitest';
import { freshStores, type StoreFixture } from './fixture.js';

const LONG_MS = 3_600_000;

/** What `Store.leases` promises. */
export function leaseContract(openFresh: () => Promise<StoreFixture>): void {
  describe('leases', () => {
    const fresh = freshStores(openFresh);

    it('gives a lease to one holder at a time, who may renew it', async () => {
      const { store } = await fresh();
      expect(await store.leases.acquire('collect/alpha', 'one', LONG_MS)).toBe(true);
      expect(await store.leases.acquire('collect/alpha', 'two', LONG_MS)).toBe(false);
      expect(await store.leases.acquire('collect/alpha', 'one', LONG_MS)).toBe(true);
      expect(await store.leases.acquire('collect/beta', 'two', LONG_MS)).toBe(true);
      expect((await store.leases.get('collect/alpha'))?.holder).toBe('one');
    });

    it('gives a lease that ended to the next', async () => {
      const { store } = await fresh();
      await store.leases.acquire('l', 'one', 0);
      expect(await store.leases.get('l')).toBeUndefined();
      expect(await store.leases.acquire('l', 'two', LONG_MS)).toBe(true);
      expect(await store.leases.acquire('l', 'one', LONG_MS)).toBe(false);
    });

    it('takes a lease back from its holder only', async () => {
      const { store } = await fresh();
      await store.leases.acquire('l', 'one', LONG_MS);
      expect(await store.leases.release('l', 'two')).toBe(false);
      expect(await store.leases.release('l', 'one')).toBe(true);
      expect(await store.leases.release('l', 'one')).toBe(false);
      expect(await store.leases.get('l')).toBeUndefined();
    });

    it('gives a lease to exactly one of many who ask at once', async () => {
      const { store } = await fresh();
      const asked = Array.from({ length: 12 }, (_, i) =>
        store.leases.acquire('l', `h${i}`, LONG_MS),
      );
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    });
  });
}
