import { labelledRuns } from './ranking.js';

/** What alarms at a fixed threshold are worth. */
export interface EventCounts {
  readonly events: number;
  /** Events with at least one alarmed row. */
  readonly caught: number;
  /** Runs of alarms (joined over gaps of up to 10 rows) that touch no event. */
  readonly falseEpisodes: number;
  /** Alarmed rows among the rows outside events, and how many of those there are. */
  readonly falseRows: number;
  readonly calmRows: number;
}

const JOIN_ROWS = 10;

/** Counts events caught and false alarms of a yes-or-no series. */
export function countEvents(labels: Uint8Array, alarms: Uint8Array): EventCounts {
  const runs = labelledRuns(labels);
  const caught = runs.filter(([first, last]) => alarms.subarray(first, last + 1).includes(1));
  const episodes: [number, number][] = [];
  for (const [first, last] of labelledRuns(alarms)) {
    const open = episodes.at(-1);
    if (open && first - open[1] - 1 <= JOIN_ROWS) open[1] = last;
    else episodes.push([first, last]);
  }
  let falseRows = 0;
  let calmRows = 0;
  for (const [i, label] of labels.entries()) {
    if (label === 1) continue;
    calmRows++;
    falseRows += alarms[i] as number;
  }
  return {
    events: runs.length,
    caught: caught.length,
    falseEpisodes: episodes.filter(([a, b]) => !labels.subarray(a, b + 1).includes(1)).length,
    falseRows,
    calmRows,
  };
}
