import type { Filter } from 'mongodb';
import type { Pin, RetentionPolicy } from '../../store.js';
import { EARLIEST_MS, LATEST_MS } from '../../validate-tick.js';
import { type ChunkDocument, SAMPLES } from './documents.js';
import type { MongoSession } from './mongo-session.js';

/** The server deletes by itself at this many times the age, should nobody run retention any more. */
const GRACE = 2;

/**
 * Lets the server expire what our own deletion did not: nothing relies on when it does. Chunks
 * that a pin is on never expire; a native collection expires as a whole, so it does not while
 * there are pins, nor for one recording only.
 */
export async function setExpiry(
  session: MongoSession,
  policy: RetentionPolicy & { readonly maxAgeMs: number },
  pins: readonly Pin[],
): Promise<void> {
  const afterMs = Math.ceil(GRACE * policy.maxAgeMs);
  if (session.layout === 'native') {
    if (policy.recording !== undefined) return;
    const expireAfterSeconds = pins.length > 0 ? 'off' : Math.ceil(afterMs / 1000);
    await session.run(() => session.db.command({ collMod: SAMPLES, expireAfterSeconds }));
    return;
  }
  const filter: Filter<ChunkDocument> = {
    ...(policy.recording === undefined ? {} : { recording: policy.recording }),
    ...(pins.length > 0 ? { $nor: pins.map(pinnedBy) } : {}),
  };
  await session.run(({ chunks }) =>
    chunks.updateMany(filter, [{ $set: { expireAt: { $add: ['$last', afterMs] } } }]),
  );
}

/** The chunks that a pin is on. */
export function pinnedBy({ host, range }: Pick<Pin, 'host' | 'range'>): Filter<ChunkDocument> {
  return {
    host,
    last: { $gte: new Date(Math.max(range.from, EARLIEST_MS)) },
    first: { $lt: new Date(Math.min(range.to, LATEST_MS)) },
  };
}
