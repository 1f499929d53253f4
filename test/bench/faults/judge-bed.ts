import { packTicks, type Tick } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { countIncidents, createScorer } from '@ethogram/score';
import type { BenchTable } from '@ethogram/testkit/bench';
import type { Alarm } from './alarm.js';
import { readLabels } from './bed-labels.js';
import { judge, type Verdict } from './judge.js';
import { PEERS } from './peers.js';
import { asBlocks, readBed, tabulate } from './read-bed.js';

/** What every detector made of one recorded bed; ours comes first. */
export interface BedReport {
  readonly bed: string;
  readonly trainedMinutes: number;
  readonly verdicts: readonly { readonly detector: string; readonly verdict: Verdict }[];
}

/** Lets every detector learn the first part of a recorded bed, and holds what it says of the rest against what happened. */
export async function judgeBed(bed: string, uri: string): Promise<BedReport> {
  const labels = await readLabels(uri);
  if (!labels) throw new Error(`${uri}: holds no labels of a bed; record one with --record`);
  const ticks = await readBed(uri);
  const first = ticks[0];
  const last = ticks.at(-1);
  if (!first || !last) throw new Error(`${uri}: holds no ticks`);
  const table = tabulate(ticks);
  const trainRows = ticks.filter((tick) => tick.ts < labels.trainTo).length;
  const verdicts = [
    {
      detector: 'Ethogram',
      verdict: judge(await ours(ticks, labels.trainTo), labels, last.ts),
    },
    ...PEERS.map((peer) => ({
      detector: peer.name,
      verdict: judge(peer.alarms(table, trainRows), labels, last.ts),
    })),
  ];
  return { bed, trainedMinutes: (labels.trainTo - first.ts) / 60_000, verdicts };
}

/** What the product says: its anomalies after training, those of one tick together. */
async function ours(all: readonly Tick[], trainTo: number): Promise<readonly Alarm[]> {
  const learned = all.filter((tick) => tick.ts < trainTo);
  const model = await train(
    () => asBlocks(learned),
    {
      name: 'fault-bed',
      window: { from: learned[0]?.ts ?? 0, to: trainTo, exclude: [] },
      seed: 1,
    },
    { evaluate: countIncidents },
  );
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

/** Prints the figures of every detector, and fault by fault what the product said. */
export function printReport(report: BedReport): void {
  for (const table of tablesOf(report)) {
    process.stdout.write(`\n${table.title}\n`);
    const rows = [table.columns, ...table.rows].map((row) =>
      row.map((cell) => String(cell ?? '–')),
    );
    const widths = table.columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
    for (const row of rows) {
      process.stdout.write(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}\n`);
    }
    if (table.note) process.stdout.write(`  ${table.note}\n`);
  }
}

/** The tables of a report. */
export function tablesOf({ bed, trainedMinutes, verdicts }: BedReport): readonly BenchTable[] {
  const [ours] = verdicts;
  const hours = ours?.verdict.cleanHours ?? 0;
  return [
    {
      title: `Faults in the bed "${bed}", ${Math.round(trainedMinutes)} minutes learned`,
      columns: [
        'detector',
        'named',
        'first',
        'among three',
        'kind right',
        'median delay s',
        'false episodes',
        'an hour',
        '95 % bound',
        'benign alarmed',
        'chance recall',
      ],
      rows: verdicts.map(({ detector, verdict: v }) => [
        detector,
        `${v.named} of ${v.faults}`,
        v.first,
        v.firstThree,
        v.kindRight,
        v.medianDelayS,
        v.falseEpisodes,
        round(v.falsePerHour),
        round(v.falsePerHourBound),
        `${v.benignAlarmed} of ${v.benign}`,
        round(v.chanceRecall),
      ]),
      note: `${(hours * 60).toFixed(1)} minutes of clean time; alarms within 10 s are one episode. Chance recall: what alarms at the false rate would meet by accident.`,
    },
    {
      title: `What Ethogram said of each fault in the bed "${bed}"`,
      columns: ['fault', 'place of the culprit', 'delay s', 'kinds'],
      rows: (ours?.verdict.byFault ?? []).map((f) => [
        f.name,
        f.rank ?? 'not named',
        f.delayS,
        f.kinds.join(' '),
      ]),
    },
  ];
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
