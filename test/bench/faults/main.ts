import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packTicks, type Tick } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { countIncidents, createScorer } from '@ethogram/score';
import type { Alarm } from './alarm.js';
import { judge, type Verdict } from './judge.js';
import { PEERS } from './peers.js';
import { asBlocks, readBed, tabulate } from './read-bed.js';
import { type BedLabels, recordBed } from './record-bed.js';

const { values: flags } = parseArgs({
  options: {
    folder: { type: 'string', default: '.cache/fault-bed' },
    train: { type: 'string', default: '1200' },
    clean: { type: 'string', default: '300' },
    fault: { type: 'string', default: '20' },
    rest: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '1' },
  },
});

const labelsFile = join(flags.folder, 'labels.json');
const bed: BedLabels = existsSync(labelsFile)
  ? (JSON.parse(readFileSync(labelsFile, 'utf8')) as BedLabels)
  : await recordBed(flags.folder, {
      train: Number(flags.train),
      clean: Number(flags.clean),
      fault: Number(flags.fault),
      rest: Number(flags.rest),
      rounds: Number(flags.rounds),
    });
const ticks = await readBed(flags.folder);
const first = ticks[0];
const last = ticks.at(-1);
if (!first || !last) throw new Error(`${flags.folder} holds no ticks`);

const table = tabulate(ticks);
const trainRows = ticks.filter((tick) => tick.ts < bed.trainTo).length;
print('Ethogram', judge(await ours(ticks, bed.trainTo), bed, last.ts), true);
for (const peer of PEERS) {
  print(peer.name, judge(peer.alarms(table, trainRows), bed, last.ts), false);
}

/** What the product says: its anomalies after training, those of one tick together. */
async function ours(all: readonly Tick[], trainTo: number): Promise<readonly Alarm[]> {
  const learned = all.filter((tick) => tick.ts < trainTo);
  const model = await train(
    () => asBlocks(learned),
    {
      name: 'fault-bed',
      window: { from: first?.ts ?? 0, to: trainTo, exclude: [] },
      seed: 1,
    },
    { evaluate: countIncidents },
  );
  process.stdout.write(`regime ${model.regime}, ${learned.length} ticks learned\n`);
  const scorer = createScorer(model);
  const alarms: Alarm[] = [];
  for (const tick of all) {
    if (tick.ts < trainTo) continue;
    for (const { ts, anomalies } of scorer.push(packTicks([tick]))) {
      const found = [...anomalies].sort((a, b) => b.score - a.score);
      if (found.length === 0) continue;
      alarms.push({
        ts,
        suspects: [...new Set(found.map((a) => a.source.name))],
        kinds: [...new Set(found.flatMap((a) => a.kinds))],
      });
    }
  }
  return alarms;
}

function print(name: string, verdict: Verdict, detail: boolean): void {
  const { byFault, ...figures } = verdict;
  process.stdout.write(`\n${name}\n`);
  for (const [figure, value] of Object.entries(figures)) {
    const text = typeof value === 'number' ? Number(value.toFixed(3)) : value;
    process.stdout.write(`  ${figure.padEnd(18)} ${text}\n`);
  }
  if (!detail) return;
  for (const fault of byFault) {
    const said =
      fault.rank === null
        ? 'not named'
        : `named as number ${fault.rank} after ${fault.delayS} s: ${fault.kinds.join(', ')}`;
    process.stdout.write(`  - ${fault.name}: ${said}\n`);
  }
}
