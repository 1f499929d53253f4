import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRng } from '@ethogram/core';
import { type FaultBedName, startFaultBed } from '@ethogram/testkit/bed';
import { type BedLabels, keepLabels, type Label, RECORDING } from './bed-labels.js';

/** How long each part lasts, seconds. */
export interface BedSchedule {
  readonly train: number;
  readonly clean: number;
  readonly fault: number;
  readonly rest: number;
  /** How many times each fault is tried. */
  readonly rounds: number;
}

const ROUTINE_EVERY_S = 120;

/**
 * Records a bed under changing load into a store, with faults after the clean part, and keeps
 * beside the ticks what happened when.
 * @param folder for the files of the services; emptied by nobody
 */
export async function recordBed(
  bedName: FaultBedName,
  uri: string,
  folder: string,
  schedule: BedSchedule,
): Promise<BedLabels> {
  mkdirSync(folder, { recursive: true });
  const bed = await startFaultBed(bedName, folder, schedule.fault * 1000);
  const recorder = startRecorder(uri, bed.match);
  const ending = new AbortController();
  const pause = (seconds: number): Promise<void> =>
    delay(seconds * 1000, undefined, { signal: ending.signal }).catch(() => {});
  const load = async (): Promise<void> => {
    const rng = seededRng(11);
    for (let second = 0; !ending.signal.aborted; second += 5) {
      const wave = 1 + 0.7 * Math.sin((2 * Math.PI * second) / 300);
      bed.load(wave * (0.6 + 0.8 * rng.next()));
      await pause(5);
    }
  };
  const routines = async (): Promise<void> => {
    for (await pause(30); !ending.signal.aborted; await pause(ROUTINE_EVERY_S)) {
      await bed.routine();
    }
  };
  const background = [load(), routines()];
  const labels: Label[] = [];
  let trainTo = 0;
  try {
    await pause(schedule.train);
    trainTo = Date.now();
    await pause(schedule.clean);
    for (let round = 0; round < schedule.rounds; round++) {
      for (const fault of bed.faults) {
        const from = Date.now();
        process.stderr.write(`${new Date(from).toISOString()} ${fault.name}\n`);
        await fault.inject();
        const { name, benign, culprits, kinds } = fault;
        labels.push({ name, benign, culprits, kinds, from, to: Date.now() });
        await pause(schedule.rest);
      }
    }
  } finally {
    await recorder.stop();
    ending.abort();
    await Promise.all(background);
    await bed.stop();
  }
  const result = { trainTo, labels };
  await keepLabels(uri, result);
  return result;
}

/** The product's own recorder, in a process of its own. */
function startRecorder(uri: string, match: string): { stop(): Promise<void> } {
  const binary = join(process.cwd(), 'packages/cli/bin/ethogram.js');
  const recorder = spawn(
    process.execPath,
    [binary, 'record', '--store', uri, '--recording', RECORDING, '--match', match],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => {
    recorder.on('close', () => resolve());
  });
  return {
    stop: () => {
      recorder.kill('SIGINT');
      return ended;
    },
  };
}
