import type { Block } from '@ethogram/core';
import { SLOT_MS, slotStart } from '../../chunk/slot-value.js';
import type { KeptSlot, Part, SlotKeeper } from '../../retention/retain.js';
import { listParts } from './list-parts.js';
import type { MongoSession } from './mongo-session.js';

/**
 * Retention on the native path: measurements of a time-series collection cannot be changed, nor
 * deleted by time. A tick without its commit is not there any more; the server gives the room
 * back where the collection was given `expireAfterSeconds` (docs/data-model.md).
 */
export class NativeSlotKeeper implements SlotKeeper {
  readonly rewrites = false;
  readonly repacks = false;
  readonly #session: MongoSession;

  constructor(session: MongoSession) {
    this.#session = session;
  }

  parts(): Promise<readonly Part[]> {
    return listParts(this.#session);
  }

  async slots(part: Part): Promise<readonly KeptSlot[]> {
    const slots = new Map<number, KeptSlot>();
    const { name: recording, host } = part;
    await this.#session.run(async ({ commits }) => {
      const found = commits.find({ recording, host }, { projection: { ts: 1 }, sort: { ts: 1 } });
      for await (const { ts } of found) {
        const start = slotStart(ts.getTime());
        const slot = slots.get(start);
        slots.set(start, {
          start,
          lengthMs: SLOT_MS,
          firstTs: slot?.firstTs ?? ts.getTime(),
          lastTs: ts.getTime(),
          ticks: (slot?.ticks ?? 0) + 1,
          values: 0,
          tierMs: 0,
        });
      }
    });
    // The newest slot may still be written to.
    return [...slots.values()].slice(0, -1);
  }

  async load(): Promise<readonly Block[]> {
    throw new RangeError('ticks of a native store stay as they were recorded');
  }

  async replaceSlots(): Promise<void> {
    throw new RangeError('ticks of a native store stay as they were recorded');
  }

  async removeSlots(part: Part, starts: readonly number[]): Promise<void> {
    const { name: recording, host } = part;
    await this.#session.run(async ({ commits }) => {
      for (const start of starts) {
        const ts = { $gte: new Date(start), $lt: new Date(start + SLOT_MS) };
        await commits.deleteMany({ recording, host, ts });
      }
    });
  }

  /** Bytes of the documents that say which ticks there are, and of the samples. */
  async usedBytes(): Promise<number> {
    const sizes = await this.#session.run(({ commits, samples }) =>
      Promise.all(
        [commits.collectionName, samples.collectionName].map((collStats) =>
          this.#session.db.command({ collStats }),
        ),
      ),
    );
    return sizes.reduce((sum, stats) => sum + Number(stats.size ?? 0), 0);
  }
}
