import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, untilListening } from './ports.js';
import type { ServiceUnit } from './service-unit.js';
import { startUnits } from './start-units.js';

/** A queue under load: Perl client → beanstalkd → Perl worker → memcached, each a unit. */
export interface QueueBed {
  /** Sets the client's load, jobs a second. */
  load(jobsPerSecond: number): void;
  /** Sets how many bytes a job has, beside its number (at the start 200). */
  size(bytes: number): void;
  readonly queuePid: number;
  /** Tells the worker to misbehave: a line as `bed/queue-worker.pl` documents it. */
  tellWorker(line: string): void;
  /** Ends memcached, and starts it again with nothing in it. */
  stopCache(): Promise<void>;
  startCache(): Promise<void>;
  stop(): Promise<void>;
}

/** The names of the bed's units. */
export interface QueueBedNames {
  readonly queue: string;
  readonly cache: string;
  readonly worker: string;
  readonly producer: string;
}

const SCRIPTS = fileURLToPath(new URL('../../bed', import.meta.url));
const PERL = '/usr/bin/perl';

/**
 * Starts beanstalkd, which keeps its jobs in a file, memcached, a worker, and a client at no load.
 * @param folder an empty folder
 */
export async function startQueueBed(folder: string, names: QueueBedNames): Promise<QueueBed> {
  return startUnits(async (start) => {
    const journal = join(folder, 'journal');
    mkdirSync(journal, { recursive: true });
    const cachePort = await freePort();
    const startCache = async (): Promise<ServiceUnit> => {
      const unit = start(
        names.cache,
        ...['memcached', '-u', 'root', '-l', '127.0.0.1', '-p', String(cachePort), '-t', '2'],
      );
      await untilListening(cachePort, unit.output);
      return unit;
    };
    let cache = await startCache();

    const queuePort = await freePort();
    const queue = start(
      names.queue,
      ...['beanstalkd', '-l', '127.0.0.1', '-p', String(queuePort), '-b', journal, '-f', '500'],
    );
    await untilListening(queuePort, queue.output);

    const script = (name: string) => join(SCRIPTS, name);
    const worker = start(
      names.worker,
      ...[PERL, script('queue-worker.pl'), String(queuePort), String(cachePort), folder],
    );
    const producer = start(names.producer, PERL, script('queue-producer.pl'), String(queuePort));
    return {
      load: (jobsPerSecond) => producer.send(`rate ${jobsPerSecond}`),
      size: (bytes) => producer.send(`size ${bytes}`),
      queuePid: queue.pid,
      tellWorker: (line) => worker.send(line),
      stopCache: () => cache.stop(),
      startCache: async () => {
        cache = await startCache();
      },
    };
  });
}
