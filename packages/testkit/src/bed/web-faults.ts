import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { benign, during, type Fault, fault, lasting, runFor, stalled } from './fault.js';
import { startUnit } from './service-unit.js';
import { type BedNames, bedSources, type WebBed } from './web-bed.js';

/** The periodic job of the bed: what it does stands in training too, so it is normal. */
export async function runBackup(unitName: string, folder: string): Promise<void> {
  await runFor(4000, unitName, 'tar', '-cf', '/dev/null', '--warning=none', folder);
}

/**
 * The faults of the bed, one of each kind, in the order in which they are tried.
 * @param names must have an application server
 * @param lengthMs how long those faults last that have no end of their own
 */
export function bedFaults(
  bed: WebBed,
  names: Required<BedNames> & { readonly backup: string; readonly neighbour: string },
  lengthMs: number,
): readonly Fault[] {
  const seconds = Math.round(lengthMs / 1000);
  const { app, nginx } = names;
  const source = { ...bedSources(names), app: `${app}/node` };
  const tell = (line: string) => lasting(() => bed.tellApp(line), lengthMs);
  return [
    benign('the periodic backup', () => runBackup(names.backup, '/usr/share/doc')),
    fault('a worker runs a shell', [`${nginx}/dash`, source.nginx], ['novel'], () =>
      bed.breach('ls -R /etc > /dev/null'),
    ),
    fault(
      'a new program burns the processor',
      [`${nginx}/openssl`, `${nginx}/dash`],
      ['novel', 'level'],
      () =>
        bed.breach(`timeout ${seconds} openssl speed -seconds ${seconds} sha256 > /dev/null 2>&1`),
    ),
    fault(
      'a folder tree is read and sent away',
      [source.app],
      ['novel', 'mix', 'level'],
      tell('walk /usr/share/doc'),
    ),
    fault(
      'the application spins',
      [source.app],
      ['level', 'joint', 'shape', 'slow'],
      tell(`spin ${seconds}`),
    ),
    fault('a storm of fsync', [source.app], ['novel', 'level', 'mix'], tell(`fsync ${seconds}`)),
    fault('descriptors leak', [source.app], ['level', 'slow', 'novel', 'mix'], tell('leak 50')),
    fault('a bounded fork bomb', [source.app, `${app}/true`], ['novel', 'level'], tell('fork 400')),
    fault(
      'a dependency stalls',
      [source.redis],
      ['absent', 'level', 'relation'],
      stalled(() => bed.redisPid, lengthMs),
    ),
    fault(
      'a dependency is gone and its callers fail',
      [source.redis, source.app, source.nginx],
      ['absent', 'relation', 'novel', 'level', 'mix'],
      during(bed.stopRedis, bed.startRedis, lengthMs),
    ),
    fault(
      'a noisy neighbour loads the disk',
      [`${names.neighbour}/dd`],
      ['novel', 'level'],
      async () => {
        const file = `/var/tmp/ethogram-bed-${process.pid}`;
        // By itself, without a shell around it: who misbehaves must not be in doubt.
        const unit = startUnit(names.neighbour, [
          ...['dd', 'if=/dev/zero', `of=${file}`, 'bs=64k', 'count=4000', 'oflag=dsync'],
        ]);
        await delay(lengthMs);
        await unit.stop();
        rmSync(file, { force: true });
      },
    ),
    fault(
      'another mix of requests at the same rate',
      [source.nginx, source.client],
      ['mix', 'level', 'distribution', 'joint'],
      during(
        () => bed.mix(1),
        () => bed.mix(0.2),
        lengthMs,
      ),
    ),
    fault(
      'the same rate with other sizes',
      [source.app, source.nginx, source.client],
      ['distribution', 'mix', 'level', 'joint'],
      during(
        () => bed.tellApp('size 60000'),
        () => bed.tellApp('size 200'),
        lengthMs,
      ),
    ),
  ];
}
