import { join } from 'node:path';
import type { FaultBed } from './fault.js';
import { startJobsBed } from './jobs-bed.js';
import { jobsFaults, runArchive } from './jobs-faults.js';
import { startWebBed } from './web-bed.js';
import { bedFaults, runBackup } from './web-faults.js';

/** Beds by name: `web` serves development, `jobs` (other services, other faults) is held out. */
export const FAULT_BEDS = ['web', 'jobs'] as const;

/** See {@link FAULT_BEDS}. */
export type FaultBedName = (typeof FAULT_BEDS)[number];

/** Requests a second at the usual load: the second bed's services are slower. */
const USUAL_LOAD: Readonly<Record<FaultBedName, number>> = Object.freeze({ web: 70, jobs: 40 });

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
