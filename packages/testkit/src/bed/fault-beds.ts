import { join } from 'node:path';
import type { FaultBed } from './fault.js';
import { startJobsBed } from './jobs-bed.js';
import { jobsFaults, runArchive } from './jobs-faults.js';
import { startQueueBed } from './queue-bed.js';
import { queueFaults, runSweep } from './queue-faults.js';
import { startWebBed } from './web-bed.js';
import { bedFaults, runBackup } from './web-faults.js';

/** A bed as it is started: its services, and what can be done with them. */
interface Starting {
  /** Requests or jobs a second at the usual load: some services are slower. */
  readonly usualLoad: number;
  readonly match: string;
  start(
    folder: string,
    faultMs: number,
  ): Promise<Omit<FaultBed, 'load' | 'match'> & { load(perSecond: number): void }>;
}

const STARTING = Object.freeze({
  web: {
    usualLoad: 70,
    match: 'fb-*',
    start: async (folder, faultMs) => {
      const units = {
        nginx: 'fb-nginx.service',
        redis: 'fb-redis.service',
        client: 'fb-client.service',
        app: 'fb-app.service',
        backup: 'fb-backup.service',
        neighbour: 'fb-neighbour.service',
      };
      const bed = await startWebBed(join(folder, 'web'), units);
      const routine = () => runBackup(units.backup, '/usr/share/doc');
      return { load: bed.load, stop: bed.stop, routine, faults: bedFaults(bed, units, faultMs) };
    },
  },
  jobs: {
    usualLoad: 40,
    match: 'jb-*',
    start: async (folder, faultMs) => {
      const units = {
        database: 'jb-database.service',
        worker: 'jb-worker.service',
        proxy: 'jb-proxy.service',
        client: 'jb-client.service',
        archive: 'jb-archive.service',
        stranger: 'jb-stranger.service',
      };
      const bed = await startJobsBed(join(folder, 'jobs'), units);
      const faults = jobsFaults(bed, units, folder, faultMs);
      return { load: bed.load, stop: bed.stop, routine: () => runArchive(units.archive), faults };
    },
  },
  queue: {
    usualLoad: 120,
    match: 'qb-*',
    start: async (folder, faultMs) => {
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
      const faults = queueFaults(bed, units, home, faultMs);
      const routine = () => runSweep(units.sweep, home);
      return { load: bed.load, stop: bed.stop, routine, faults };
    },
  },
}) satisfies Readonly<Record<string, Starting>>;

/** See {@link FAULT_BEDS}. */
export type FaultBedName = keyof typeof STARTING;

/** Beds by name: `web` and `jobs` serve development, `queue` (other services and faults) was held out. */
export const FAULT_BEDS = Object.freeze(Object.keys(STARTING) as FaultBedName[]);

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
  const { usualLoad, match, start }: Starting = STARTING[name];
  const bed = await start(folder, faultMs);
  return { ...bed, match, load: (share) => bed.load(Math.round(usualLoad * share)) };
}
