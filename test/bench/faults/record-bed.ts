import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRng } from '@ethogram/core';
import { bedFaults, runBackup, startWebBed } from '@ethogram/testkit/bed';

/** What happened in the bed, and when; milliseconds UTC. */
export interface Label {
  readonly name: string;
  readonly benign: boolean;
  readonly culprits: readonly string[];
  readonly kinds: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** What a recorded bed consists of. */
export interface BedLabels {
  /** When learning ends and the clean part begins. */
  readonly trainTo: number;
  readonly labels: readonly Label[];
}

/** How long each part lasts, seconds. */
export interface BedSchedule {
  readonly train: number;
  readonly clean: number;
  readonly fault: number;
  readonly rest: number;
  /** How many times each fault is tried. */
  readonly rounds: number;
}

const UNITS = {
  nginx: 'fb-nginx.service',
  redis: 'fb-redis.service',
  client: 'fb-client.service',
  app: 'fb-app.service',
  backup: 'fb-backup.service',
  neighbour: 'fb-neighbour.service',
};
const BACKUP_EVERY_S = 120;

/** Records the bed under changing load into `folder/store`, with faults after the clean part. */
export async function recordBed(folder: string, schedule: BedSchedule): Promise<BedLabels> {
  mkdirSync(folder, { recursive: true });
  const binary = join(process.cwd(), 'packages/cli/bin/ethogram.js');
  const recorder = spawn(
    process.execPath,
    [
      ...[binary, 'record', '--store', `lmdb:${join(folder, 'store')}`],
      ...['--recording', 'bed', '--match', 'fb-*'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const recorded = new Promise((resolve) => recorder.on('close', resolve));
  const bed = await startWebBed(join(folder, 'bed'), UNITS);
  const ending = new AbortController();
  const pause = (seconds: number): Promise<void> =>
    delay(seconds * 1000, undefined, { signal: ending.signal }).catch(() => {});
  const load = async (): Promise<void> => {
    const rng = seededRng(11);
    for (let second = 0; !ending.signal.aborted; second += 5) {
      const wave = 70 + 50 * Math.sin((2 * Math.PI * second) / 300);
      bed.load(Math.round(wave * (0.6 + 0.8 * rng.next())));
      await pause(5);
    }
  };
  const backups = async (): Promise<void> => {
    for (await pause(30); !ending.signal.aborted; await pause(BACKUP_EVERY_S)) {
      await runBackup(UNITS.backup, '/usr/share/doc');
    }
  };
  const background = [load()];
  const labels: Label[] = [];
  let trainTo = 0;
  try {
    const regular = backups();
    await pause(schedule.train);
    trainTo = Date.now();
    await pause(schedule.clean);
    background.push(regular);
    for (let round = 0; round < schedule.rounds; round++) {
      for (const fault of bedFaults(bed, UNITS, schedule.fault * 1000)) {
        const from = Date.now();
        process.stderr.write(`${new Date(from).toISOString()} ${fault.name}\n`);
        await fault.inject();
        const { name, benign, culprits, kinds } = fault;
        labels.push({ name, benign, culprits, kinds, from, to: Date.now() });
        await pause(schedule.rest);
      }
    }
  } finally {
    recorder.kill('SIGINT');
    await recorded;
    ending.abort();
    await Promise.all(background);
    await bed.stop();
  }
  const result = { trainTo, labels };
  writeFileSync(join(folder, 'labels.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
