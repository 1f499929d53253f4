import { seededRng } from '@ethogram/core';
import { netdata } from '../quality/baselines/netdata.js';
import type { Alarm, BedTable, Detector, SourceTable } from './alarm.js';

/** Share of training time on which a peer's threshold is tuned to silence. */
const HELD_OUT = 0.3;

/** Rows in which any source's score passes its threshold, the most exceeding source first. */
function exceeding(
  table: BedTable,
  trainRows: number,
  scored: readonly {
    readonly name: string;
    readonly score: Float64Array;
    readonly limit: number;
  }[],
): Alarm[] {
  const alarms: Alarm[] = [];
  for (let row = trainRows; row < table.ts.length; row++) {
    const suspects = scored
      .filter((s) => (s.score[row] as number) > s.limit)
      .sort((a, b) => (b.score[row] as number) / b.limit - (a.score[row] as number) / a.limit)
      .map((s) => s.name);
    if (suspects.length > 0)
      alarms.push({ ts: table.ts[row] as number, suspects, kinds: ['level'] });
  }
  return alarms;
}

/** The largest score while a threshold is tuned, at least `floor`. */
function quiet(score: Float64Array, from: number, to: number, floor: number): number {
  let most = floor;
  for (let row = from; row < to; row++) most = Math.max(most, score[row] as number);
  return most;
}

function largestZ(source: SourceTable, fitRows: number): Float64Array {
  const width = source.metrics.length;
  const rows = source.present.length;
  const score = new Float64Array(rows);
  for (let column = 0; column < width; column++) {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < fitRows; row++) {
      const x = source.data[row * width + column] as number;
      sum += x;
      squares += x * x;
    }
    const mean = sum / fitRows;
    const sd = Math.sqrt(Math.max(0, squares / fitRows - mean * mean));
    if (sd === 0) continue;
    for (let row = 0; row < rows; row++) {
      const z = Math.abs((source.data[row * width + column] as number) - mean) / sd;
      if (z > (score[row] as number)) score[row] = z;
    }
  }
  return score;
}

/** Per metric |z| > 3, raised per source to the most that held-out training time shows. */
const threeSigma: Detector = {
  name: '3 sigma, tuned to silence',
  alarms(table, trainRows) {
    const fitRows = Math.round(trainRows * (1 - HELD_OUT));
    const scored = table.sources
      .filter((source) => source.present.subarray(0, fitRows).some((p) => p === 1))
      .map((source) => {
        const score = largestZ(source, fitRows);
        return { name: source.name, score, limit: quiet(score, fitRows, trainRows, 3) };
      });
    return exceeding(table, trainRows, scored);
  },
};

/** Netdata's scheme per source, its threshold tuned to silence likewise. */
const netdataScheme: Detector = {
  name: "Netdata's scheme",
  alarms(table, trainRows) {
    const fitRows = Math.round(trainRows * (1 - HELD_OUT));
    const rng = seededRng(1);
    const scored = table.sources
      .filter((source) => source.present.subarray(0, fitRows).some((p) => p === 1))
      .map((source) => {
        const width = source.metrics.length;
        const part = (from: number, to: number) => ({
          columns: [...source.metrics],
          rows: to - from,
          data: source.data.subarray(from * width, to * width),
        });
        const later = netdata.score(
          part(0, fitRows),
          part(fitRows, source.present.length),
          rng.fork(source.name),
          1000,
        );
        const score = new Float64Array(source.present.length);
        score.set(later, fitRows);
        return { name: source.name, score, limit: quiet(score, fitRows, trainRows, 1e-9) };
      });
    return exceeding(table, trainRows, scored);
  },
};

/** A source, or a metric of a source, that training never showed. */
const noveltyList: Detector = {
  name: 'novelty list',
  alarms(table, trainRows) {
    const alarms = new Map<number, string[]>();
    for (const source of table.sources) {
      const width = source.metrics.length;
      const known = source.metrics.map((_, column) => {
        for (let row = 0; row < trainRows; row++) {
          if (source.data[row * width + column] !== 0) return true;
        }
        return false;
      });
      for (let row = trainRows; row < table.ts.length; row++) {
        const isNew = known.some((k, column) => !k && source.data[row * width + column] !== 0);
        if (isNew) alarms.set(row, [...(alarms.get(row) ?? []), source.name]);
      }
    }
    return [...alarms]
      .sort(([a], [b]) => a - b)
      .map(([row, suspects]) => ({ ts: table.ts[row] as number, suspects, kinds: ['novel'] }));
  },
};

/** What the product is held against, on the same ticks. */
export const PEERS: readonly Detector[] = [threeSigma, netdataScheme, noveltyList];
