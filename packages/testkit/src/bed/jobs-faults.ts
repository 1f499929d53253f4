import { copyFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { benign, during, type Fault, fault, lasting, RATES, runFor, stalled } from './fault.js';
import type { JobsBed, JobsBedNames } from './jobs-bed.js';

/** The nightly archive of the bed, every two minutes: several programs joined by pipes. */
export async function runArchive(unitName: string): Promise<void> {
  const command =
    'find /usr/share/doc -type f | head -n 400 | xargs cat | gzip -1 > /dev/null; sleep 2';
  await runFor(4000, unitName, '/bin/sh', '-c', command);
}

/**
 * The faults of the second bed: the kinds of the first one by other means on other services.
 * @param names of its units, and of those that faults start
 * @param folder where a program may be put
 * @param lengthMs how long those faults last that have no end of their own
 */
export function jobsFaults(
  bed: JobsBed,
  names: JobsBedNames & { readonly archive: string; readonly stranger: string },
  folder: string,
  lengthMs: number,
): readonly Fault[] {
  const seconds = Math.round(lengthMs / 1000);
  const worker = `${names.worker}/${basename(realpathSync('/usr/bin/python3'))}`;
  const client = `${names.client}/${basename(realpathSync('/usr/bin/python3'))}`;
  const database = `${names.database}/postgres`;
  const proxy = `${names.proxy}/haproxy`;
  const tell = (line: string) => lasting(() => bed.tellWorker(line), lengthMs);
  /** Started by itself, without a shell around it: who misbehaves must not be in doubt. */
  const stranger = (...command: string[]) => runFor(lengthMs, names.stranger, ...command);
  return [
    benign('the periodic archive', () => runArchive(names.archive)),
    fault(
      'the worker runs a shell',
      [`${names.worker}/dash`, `${names.worker}/id`, `${names.worker}/uname`, worker],
      ['novel'],
      tell('shell id; uname -a; sleep 1'),
    ),
    fault(
      'documents are read and sent away',
      [worker],
      ['novel', 'mix', 'level'],
      tell('walk /usr/share/doc'),
    ),
    fault('the worker spins', [worker], [...RATES], tell(`spin ${seconds}`)),
    fault('a miner appears', [`${names.stranger}/kcompactd`], ['novel', 'level'], async () => {
      const program = join(resolve(folder), 'kcompactd');
      copyFileSync('/usr/bin/sha256sum', program);
      await stranger(program, '/dev/zero');
      rmSync(program, { force: true });
    }),
    fault('a storm of fdatasync', [worker], ['novel', 'mix', ...RATES], tell(`sync ${seconds}`)),
    fault('sockets leak', [worker], ['novel', 'mix', ...RATES], tell('leak 50')),
    fault(
      'the database is gone and its callers fail',
      [database, worker],
      ['absent', 'novel', 'mix', 'distribution', ...RATES],
      during(bed.stopDatabase, bed.startDatabase, lengthMs),
    ),
    fault(
      'the worker stalls',
      [worker],
      ['absent', ...RATES],
      stalled(() => bed.workerPid, lengthMs),
    ),
    fault(
      'a stranger fills the disk queue',
      [`${names.stranger}/shred`],
      ['novel', 'level'],
      async () => {
        const file = `/var/tmp/ethogram-jobs-${process.pid}`;
        writeFileSync(file, '');
        truncateSync(file, 64 * 2 ** 20);
        await stranger('shred', '-n', '1000', file);
        rmSync(file, { force: true });
      },
    ),
    fault(
      'a bounded swarm of processes',
      [worker, `${names.worker}/dash`],
      ['novel', 'level'],
      tell('swarm 400'),
    ),
    fault(
      'another share of writes at the same rate',
      [worker, database, client],
      ['mix', 'distribution', ...RATES],
      during(
        () => bed.mix(0.9),
        () => bed.mix(0.2),
        lengthMs,
      ),
    ),
    fault(
      'the same rate with longer answers',
      [worker, database, proxy, client],
      ['mix', 'distribution', ...RATES],
      during(
        () => bed.tellWorker('size 20000'),
        () => bed.tellWorker('size 200'),
        lengthMs,
      ),
    ),
    fault(
      'the same queries without their index',
      [database],
      ['mix', 'distribution', ...RATES],
      during(
        () => bed.tellWorker('index off'),
        () => bed.tellWorker('index on'),
        lengthMs,
      ),
    ),
  ];
}
