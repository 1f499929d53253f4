import type { BenchTable } from '@ethogram/testkit/bench';
import type { AlarmTally } from './alarm-tally.js';

/** How well one method ranks the rows of one entity; NaN where nothing is labelled. */
export interface Quality {
  readonly vus: number;
  readonly ap: number;
}

/** Mean of the qualities that say something. */
export function average(list: readonly Quality[]): Quality {
  return { vus: meanOf(list.map(({ vus }) => vus)), ap: meanOf(list.map(({ ap }) => ap)) };
}

/** Mean of what is no NaN; NaN where nothing is left. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length > 0
    ? known.reduce((sum, value) => sum + value, 0) / known.length
    : Number.NaN;
}

/** Quality by method and data set. */
export function qualityTable(
  title: string,
  methods: readonly string[],
  sets: readonly string[],
  quality: (method: string, set: string) => readonly Quality[],
  note: string,
): BenchTable {
  const cell = ({ vus, ap }: Quality): string =>
    Number.isNaN(vus) ? '–' : `${vus.toFixed(3)} (${ap.toFixed(3)})`;
  return {
    title,
    columns: ['method', ...sets, 'mean'],
    rows: methods.map((method) => {
      const each = sets.map((set) => average(quality(method, set)));
      return [method, ...[...each, average(each)].map(cell)];
    }),
    note,
  };
}

/** What the alarms came to, a column per data set. */
export function alarmTable(title: string, tallies: ReadonlyMap<string, AlarmTally>): BenchTable {
  const sets = [...tallies.keys()];
  const row = (name: string, of: (tally: AlarmTally) => string): string[] => [
    name,
    ...[...tallies.values()].map(of),
  ];
  return {
    title,
    columns: ['', ...sets],
    rows: [
      row('calm rows with p ≤ .001 (goal ≤ .25 %)', (t) => percent(t.falseRows, t.calm)),
      row('calm rows while an alarm is open', (t) => percent(t.openFalseRows, t.calm)),
      row('false episodes a day', (t) => (t.falseEpisodes / t.days).toFixed(2)),
      row('events with an alarm', (t) => `${t.caught} of ${t.events}`),
      row('a blamed metric first', (t) => percent(t.top1, t.explained)),
      row('a blamed metric among three', (t) => percent(t.top3, t.explained)),
      row('alarms with a blamed metric to compare', (t) => String(t.explained)),
      row('most bytes of a source', (t) => String(t.modelBytes)),
      row('seconds to learn, mean', (t) => t.trainSeconds.toFixed(1)),
      row('µs to score a row, mean', (t) => t.microsPerRow.toFixed(0)),
    ],
    note: 'All seeds together. Causes are those told when the alarm opened. Times are of this run, on whatever else the machine did.',
  };
}

function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(2)} %` : '–';
}
