import type { SourceScore, TickScore } from '@ethogram/score';
import { printable } from './printable.js';
import { shortTime, timeText } from './quantity.js';
import type { Style } from './style.js';
import type { View } from './view.js';

/** One source's score at one tick, as `score --all --per-source` lists it. */
export interface SourceTick extends SourceScore {
  readonly ts: number;
  readonly host: string;
}

/** Every tick of the host as a whole: CSV `timestamp,score,anomalous`. */
export const tickView: View<TickScore> = Object.freeze({
  columns: [
    { name: 'timestamp', value: (row) => timeText(row.ts) },
    { name: 'score', value: (row) => row.score },
    { name: 'anomalous', value: (row) => Number(row.anomalous) },
  ],
  record: ({ ts, host, score, anomalous, incomplete }) => ({
    type: 'tick',
    ts: timeText(ts),
    host,
    score,
    anomalous,
    incomplete,
  }),
  line: (row, style) => tickLine(row.ts, '', row.score, row.anomalous, style),
} satisfies View<TickScore>);

/** Every source at every tick: CSV `timestamp,source,score,anomalous`. */
export const sourceTickView: View<SourceTick> = Object.freeze({
  columns: [
    { name: 'timestamp', value: (row) => timeText(row.ts) },
    { name: 'source', value: (row) => row.source },
    { name: 'score', value: (row) => row.score },
    { name: 'anomalous', value: (row) => Number(row.anomalous) },
  ],
  record: ({ ts, host, source, score, p, anomalous }) => ({
    type: 'sourceTick',
    ts: timeText(ts),
    host,
    source,
    score,
    p,
    anomalous,
  }),
  line: (row, style) => tickLine(row.ts, row.source, row.score, row.anomalous, style),
} satisfies View<SourceTick>);

function tickLine(
  ts: number,
  source: string,
  score: number,
  anomalous: boolean,
  style: Style,
): string {
  const parts = [
    style.dim(shortTime(ts)),
    score.toFixed(2).padStart(6),
    ...(source === '' ? [] : [printable(source)]),
    ...(anomalous ? [style.critical('anomalous')] : []),
  ];
  return parts.join(' ');
}
