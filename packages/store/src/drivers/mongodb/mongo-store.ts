import { systemClock } from '@ethogram/core';
import type { MongoClient } from 'mongodb';
import type { OpenOptions, Store } from '../../store.js';
import { BucketedSamples } from './bucketed-samples.js';
import { BucketedSlotKeeper } from './bucketed-slot-keeper.js';
import { isOutage } from './mongo-errors.js';
import { MongoEvents } from './mongo-events.js';
import { MongoLeases } from './mongo-leases.js';
import { MongoMaintenance } from './mongo-maintenance.js';
import { MongoModels } from './mongo-models.js';
import { MongoSession } from './mongo-session.js';
import { NativeSamples } from './native-samples.js';
import { NativeSlotKeeper } from './native-slot-keeper.js';
import { ResendBuffer } from './resend-buffer.js';

/**
 * Opens a store in a MongoDB database.
 * @param watch sees the client before it connects, so that tests can look at its commands.
 * @throws STORE-1002, STORE-1004, STORE-1016
 */
export async function openMongoStore(
  uri: string,
  database: string,
  options: OpenOptions,
  watch?: (client: MongoClient) => void,
): Promise<Store> {
  const clock = options.clock ?? systemClock;
  const session = await MongoSession.open(uri, database, options, watch);
  const native = session.layout === 'native';
  const stored = native ? new NativeSamples(session) : new BucketedSamples(session);
  const buffer = new ResendBuffer(stored, isOutage, options.buffer);
  const keeper = native ? new NativeSlotKeeper(session) : new BucketedSlotKeeper(session);
  return {
    uri: session.uri,
    samples: options.mode === 'write' ? buffer : stored,
    models: new MongoModels(session),
    events: new MongoEvents(session),
    leases: new MongoLeases(session, clock),
    maintenance: new MongoMaintenance(session, keeper, clock),
    close: async () => {
      if (session.closed) return;
      try {
        if (options.mode === 'write') await buffer.finish();
      } finally {
        await session.close();
      }
    },
  };
}
