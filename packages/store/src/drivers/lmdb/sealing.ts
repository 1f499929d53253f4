import { MOST_JOINED_VALUES } from '../../blocks/join-blocks.js';
import { mergeBlocks } from '../../blocks/merge-ticks.js';
import { decodeSlot, encodeSlot, SLOT_MS, slotStart } from '../../chunk/slot-value.js';
import type { LmdbEnvironment } from './environment.js';
import { between, keys } from './keys.js';
import { chunkOf, joinTicks, slotAt, type TickKey, ticksIn } from './slots.js';

/** Puts the single ticks of every slot that starts before an instant into chunks. */
export async function sealBefore(
  environment: LmdbEnvironment,
  recording: string,
  host: string,
  before: number,
): Promise<void> {
  let from = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const start = environment.snapshot((db) => {
      const options = { ...between('t', [recording, host], from, before), limit: 1 };
      for (const key of db.getKeys(options)) return slotStart((key as TickKey)[3]);
      return undefined;
    });
    if (start === undefined) return;
    await sealSlot(environment, recording, host, start);
    from = start + SLOT_MS;
  }
}

/**
 * Puts the single ticks of one slot into its chunk, together with what the chunk already held.
 * One transaction puts the chunk and deletes the ticks, so that a reader sees each exactly once.
 */
async function sealSlot(
  environment: LmdbEnvironment,
  recording: string,
  host: string,
  start: number,
): Promise<void> {
  const found = environment.snapshot((db) => {
    const slot = slotAt(db, recording, host, start);
    const from = slot?.start ?? start;
    const lengthMs = slot?.lengthMs ?? SLOT_MS;
    return {
      from,
      lengthMs,
      tierMs: slot?.tierMs ?? 0,
      chunk: slot && chunkOf(db, recording, host, slot.start),
      ticks: ticksIn(db, recording, host, from, from + lengthMs),
    };
  });
  const late = joinTicks(found.ticks.map((tick) => tick.bytes));
  const blocks = found.chunk
    ? mergeBlocks([...decodeSlot(found.chunk), ...late], MOST_JOINED_VALUES)
    : late;
  const value = await encodeSlot(blocks, found);
  environment.commit(
    (db) => {
      db.put(keys.chunk(recording, host, found.from), value);
      for (const { key } of found.ticks) db.remove(key);
    },
    { adds: value.length },
  );
}
