import { join } from 'node:path';
import type { FaultBed } from './fault.js';
import { startJobsBed } from './jobs-bed.js';
import { jobsFaults, runArchive } from './jobs-faults.js';
import { startQueueBed } from './queue-bed.js';
import { queueFaults, runSweep } from './queue-faults.js';
import { startWebBed } from './web-bed.js';
import { bedFaults, runBackup } from './web-faults.js';

/** Beds by name: `web` and `jobs` serve development, `queue` (other services and faults) was held out. */
export const FAULT_BEDS = ['web', 'jobs', 'queue'] as const;

/** See {@link FAULT_BEDS}. */
export type FaultBedName = (typeof FAULT_BEDS)[number];

/** Requests or jobs a second at the usual load: some services are slower. */
const USUAL_LOAD: Readonly<Record<FaultBedName, number>> = Object.freeze({
  web: 70,
  jobs: 40,
  queue: 120,
});

/**
 * Starts a bed in units of its own.
 * @param folder an empty folder that everybody may enter
 * @param faultMs how long those faults last that have no end of their own
 */
export async function startFaultBed(
  name: FaultBedName,
  folder: string,
  faultMs: number,
): Promise<FaultBed> {
  const load = (bed: { load(rate: number): void }) => (share: number) =>
    bed.load(Math.round(USUAL_LOAD[name] * share));
  if (name === 'jobs') {
    const units = {
      database: 'jb-database.service',
      worker: 'jb-worker.service',
      proxy: 'jb-proxy.service',
      client: 'jb-client.service',
      archive: 'jb-archive.service',
      stranger: 'jb-stranger.service',
    };
    const bed = await startJobsBed(join(folder, 'jobs'), units);
    return {
      match: 'jb-*',
      load: load(bed),
      routine: () => runArchive(units.archive),
      faults: jobsFaults(bed, units, folder, faultMs),
      stop: bed.stop,
    };
  }
  if (name === 'queue') {
    const units = {
      queue: 'qb-queue.service',
      cache: 'qb-cache.service',
      worker: 'qb-worker.service',
      producer: 'qb-producer.service',
      sweep: 'qb-sweep.service',
      stranger: 'qb-stranger.service',
    };
    const home = join(folder, 'queue');
    const bed = await startQueueBed(home, units);
    return {
      match: 'qb-*',
      load: load(bed),
      routine: () => runSweep(units.sweep, home),
      faults: queueFaults(bed, units, home, faultMs),
      stop: bed.stop,
    };
  }
  const units = {
    nginx: 'fb-nginx.service',
    redis: 'fb-redis.service',
    client: 'fb-client.service',
    app: 'fb-app.service',
    backup: 'fb-backup.service',
    neighbour: 'fb-neighbour.service',
  };
  const bed = await startWebBed(join(folder, 'web'), units);
  return {
    match: 'fb-*',
    load: load(bed),
    routine: () => runBackup(units.backup, '/usr/share/doc'),
    faults: bedFaults(bed, units, faultMs),
    stop: bed.stop,
  };
}
