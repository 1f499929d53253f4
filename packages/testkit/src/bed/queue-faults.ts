import { realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { benign, during, type Fault, fault, lasting, RATES, runFor, stalled } from './fault.js';
import type { QueueBed, QueueBedNames } from './queue-bed.js';

/** The sweep of the spool, every two minutes: what is done is packed and taken away. */
export async function runSweep(unitName: string, folder: string): Promise<void> {
  const done = `find ${folder}/spool -name 'done-*'`;
  const command = `${done} | sort | xargs -r cat | gzip -1 > /dev/null; ${done} -delete; sleep 1`;
  await runFor(3000, unitName, '/bin/sh', '-c', command);
}

/**
 * The faults of the third bed, chosen before anything was recorded of it: the kinds of the other two
 * by other means, and some that they do not have (memory that grows, children that nobody reaps,
 * jobs that are tried again and again, answers that are never found, a loop that asks for files).
 * @param names of its units, and of those that faults start
 * @param folder that of the bed
 * @param lengthMs how long those faults last that have no end of their own
 */
export function queueFaults(
  bed: QueueBed,
  names: QueueBedNames & { readonly sweep: string; readonly stranger: string },
  folder: string,
  lengthMs: number,
): readonly Fault[] {
  const seconds = Math.round(lengthMs / 1000);
  const worker = `${names.worker}/${basename(realpathSync('/usr/bin/perl'))}`;
  const producer = `${names.producer}/${basename(realpathSync('/usr/bin/perl'))}`;
  const queue = `${names.queue}/beanstalkd`;
  const cache = `${names.cache}/memcached`;
  const tell = (line: string) => lasting(() => bed.tellWorker(line), lengthMs);
  const shifts = ['mix', 'distribution', ...RATES];
  return [
    benign('the periodic sweep', () => runSweep(names.sweep, folder)),
    fault(
      'the worker starts a program that was put there',
      [`${names.worker}/kblockd`, `${names.worker}/dash`, worker],
      ['novel'],
      async () => {
        const program = join(folder, 'kblockd');
        bed.tellWorker(
          `shell cp /usr/bin/sha512sum ${program}; timeout ${seconds} ${program} /dev/zero & sleep 1`,
        );
        await delay(lengthMs);
        rmSync(program, { force: true });
      },
    ),
    fault(
      'documents leave in datagrams',
      [worker],
      ['novel', 'link', ...shifts],
      tell('tunnel /usr/share/doc'),
    ),
    fault('the worker spins between jobs', [worker], shifts, tell(`spin ${seconds}`)),
    fault('memory grows', [worker], shifts, tell('grow 10')),
    fault('writes past the cache', [worker], ['novel', ...shifts], tell(`direct ${seconds}`)),
    fault('children are never reaped', [worker], ['novel', ...shifts], tell('children 300')),
    fault(
      'the queue stalls',
      [queue],
      ['absent', ...RATES],
      stalled(() => bed.queuePid, lengthMs),
    ),
    fault(
      'the cache is gone and its caller fails',
      [cache, worker],
      ['absent', 'novel', ...shifts],
      during(bed.stopCache, bed.startCache, lengthMs),
    ),
    fault(
      'a stranger writes in step with the disk',
      [`${names.stranger}/dd`],
      ['novel', 'level'],
      async () => {
        const file = `/var/tmp/ethogram-queue-${process.pid}`;
        await runFor(
          lengthMs,
          names.stranger,
          ...['dd', 'if=/dev/zero', `of=${file}`, 'bs=64k', 'count=100000', 'conv=notrunc'],
          'oflag=dsync',
        );
        rmSync(file, { force: true });
      },
    ),
    fault(
      'jobs are tried again and again',
      [worker, queue],
      shifts,
      during(
        () => bed.tellWorker('retry 0.8'),
        () => bed.tellWorker('retry 0'),
        lengthMs,
      ),
    ),
    fault(
      'answers are never found at the same rate',
      [worker, cache],
      shifts,
      during(
        () => bed.tellWorker('keys 1000000'),
        () => bed.tellWorker('keys 200'),
        lengthMs,
      ),
    ),
    fault(
      'the same rate with larger jobs',
      [producer, queue, worker],
      shifts,
      during(
        () => bed.size(10_000),
        () => bed.size(200),
        lengthMs,
      ),
    ),
    fault('a loop asks for files', [worker], ['novel', ...shifts], tell(`poll ${seconds}`)),
  ];
}
