import { systemClock } from '@ethogram/core';
import type { OpenOptions, Store } from '../../store.js';
import { LmdbEnvironment } from './environment.js';
import type { LmdbSystem } from './file-system.js';
import { LmdbEvents } from './lmdb-events.js';
import { LmdbLeases } from './lmdb-leases.js';
import { LmdbMaintenance } from './lmdb-maintenance.js';
import { LmdbModels } from './lmdb-models.js';
import { LmdbSamples } from './lmdb-samples.js';
import { takeWriterLock } from './writer-lock.js';

/**
 * Opens the embedded store in a folder.
 * @throws STORE-1003, STORE-1004, STORE-1012, STORE-1013, STORE-1014
 */
export async function openLmdbStore(
  path: string,
  options: OpenOptions,
  system?: LmdbSystem,
): Promise<Store> {
  const clock = options.clock ?? systemClock;
  const environment = LmdbEnvironment.open(path, options, system);
  if (options.mode === 'write') {
    try {
      takeWriterLock(environment, () => clock.nowMs());
    } catch (error) {
      await environment.close();
      throw error;
    }
  }
  const samples: LmdbSamples = new LmdbSamples(environment, (recording) =>
    maintenance.retain({ recording }),
  );
  const maintenance: LmdbMaintenance = new LmdbMaintenance(environment, samples, clock);
  return {
    uri: environment.uri,
    samples,
    models: new LmdbModels(environment),
    events: new LmdbEvents(environment),
    leases: new LmdbLeases(environment, clock),
    maintenance,
    close: () => environment.close(),
  };
}
