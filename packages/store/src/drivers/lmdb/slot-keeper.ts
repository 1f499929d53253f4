import type { Block } from '@ethogram/core';
import { decodeSlot, encodeSlot, slotHead } from '../../chunk/slot-value.js';
import { compareRecordings } from '../../recording-state.js';
import type { KeptSlot, Part, SlotKeeper } from '../../retention/retain.js';
import type { LmdbEnvironment } from './environment.js';
import { keys } from './keys.js';
import type { LmdbSamples } from './lmdb-samples.js';
import { listRecordings } from './recording-records.js';
import { chunkOf, type StoredSlot, slotsOf } from './slots.js';

/** Chunks in an LMDB environment, for retention; each change is one transaction. */
export class LmdbSlotKeeper implements SlotKeeper {
  readonly rewrites = true;
  readonly repacks = true;
  readonly #environment: LmdbEnvironment;
  readonly #samples: LmdbSamples;

  constructor(environment: LmdbEnvironment, samples: LmdbSamples) {
    this.#environment = environment;
    this.#samples = samples;
  }

  async parts(): Promise<readonly Part[]> {
    return this.#environment.snapshot(listRecordings).sort(compareRecordings);
  }

  async slots(part: Part): Promise<readonly KeptSlot[]> {
    return this.#environment.snapshot((db) => [...slotsOf(db, part.name, part.host)]);
  }

  async load(part: Part, start: number): Promise<Iterable<Block>> {
    const chunk = this.#environment.snapshot((db) => chunkOf(db, part.name, part.host, start));
    return chunk ? decodeSlot(chunk) : [];
  }

  async replaceSlots(
    part: Part,
    starts: readonly number[],
    slot: { readonly start: number; readonly lengthMs: number; readonly tierMs: number },
    blocks: AsyncIterable<Block>,
  ): Promise<void> {
    const value = await encodeSlot(blocks, slot);
    const { ticks } = slotHead(value);
    this.#environment.commit(
      (db) => {
        const before = this.#remove(db, part, starts);
        db.put(keys.chunk(part.name, part.host, slot.start), value);
        this.#samples.forget(db, part, { ticks: before - ticks });
      },
      { adds: value.length },
    );
    await this.#environment.durable();
  }

  async removeSlots(part: Part, starts: readonly number[]): Promise<void> {
    this.#environment.commit((db) => {
      const ticks = this.#remove(db, part, starts);
      const [oldest] = slotsOf(db, part.name, part.host) as Iterable<StoredSlot | undefined>;
      this.#samples.forget(db, part, { ticks, ...(oldest ? { from: oldest.firstTs } : {}) });
    });
    await this.#environment.durable();
  }

  async usedBytes(): Promise<number> {
    return this.#environment.usedBytes();
  }

  /** Deletes chunks; how many ticks they held. */
  #remove(db: LmdbEnvironment['db'], part: Part, starts: readonly number[]): number {
    const doomed = new Set(starts);
    let ticks = 0;
    for (const slot of slotsOf(db, part.name, part.host)) {
      if (!doomed.has(slot.start)) continue;
      ticks += slot.ticks;
      db.remove(keys.chunk(part.name, part.host, slot.start));
    }
    return ticks;
  }
}
