import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Entity, Table } from './data-sets.js';

/** A series with its times, and where its events lie. */
interface Series {
  readonly name: string;
  readonly times: readonly number[];
  readonly table: Table;
  readonly labels: Uint8Array;
}

/** Series that nothing was tuned on: read whole, their first rows learned, the rest scored. */
export const OTHER_SETS: Readonly<Record<string, (root: string) => Entity[]>> = {
  // The corpus' own rule: the first 15 % are for learning.
  nab: (root) => nab(root).map((series) => split('nab', series, Math.floor(0.15 * rows(series)))),
  // The leaderboard's rule: the first 400 rows.
  skab: (root) => skab(root).map((series) => split('skab', series, 400)),
  cloudmon: (root) =>
    cloudmon(root).map((series) => split('cloudmon', series, Math.floor(rows(series) / 2))),
};

const rows = (series: Series): number => series.table.rows;

function split(dataSet: string, { name, times, table, labels }: Series, first: number): Entity {
  const width = table.columns.length;
  const part = (from: number, to: number): Table => ({
    columns: table.columns,
    rows: to - from,
    data: table.data.slice(from * width, to * width),
  });
  const steps = times.slice(1).map((time, i) => time - (times[i] as number));
  steps.sort((a, b) => a - b);
  return {
    dataSet,
    name,
    intervalMs: steps[steps.length >> 1] ?? 60_000,
    train: part(0, first),
    test: part(first, table.rows),
    labels: labels.slice(first),
    causes: [],
  };
}

/** Server metrics and artificial series of the Numenta Anomaly Benchmark: `timestamp,value`. */
function nab(root: string): Series[] {
  const folder = join(root, 'nab');
  const windows: Record<string, [string, string][]> = JSON.parse(
    readFileSync(join(folder, 'combined_windows.json'), 'utf8'),
  );
  return Object.entries(windows).map(([name, marked]) => {
    const cells = readCells(join(folder, `${name}.gz`), ',');
    const times = cells.map(([time]) => instant(time));
    const events = marked.map(([from, to]) => [instant(from), instant(to)] as const);
    const inside = (time: number): boolean => events.some(([a, b]) => time >= a && time <= b);
    const labels = Uint8Array.from(times, (time) => (inside(time) ? 1 : 0));
    return { name, times, labels, table: tableOf(['value'], cells, [1]) };
  });
}

/** The water-loop test bed: eight sensors at 1 Hz, `;` between the cells. */
function skab(root: string): Series[] {
  return seriesIn(root, 'skab', ';', (cells, header) => {
    const marked = header.indexOf('anomaly');
    const sensors = header.slice(1, marked < 0 ? undefined : marked);
    const at = sensors.map((_, i) => i + 1);
    const labels = Uint8Array.from(cells, (row) => (Number(row[marked] ?? 0) > 0 ? 1 : 0));
    return { labels, table: tableOf(sensors, cells, at) };
  });
}

/** Production series of one metric each: `TimeStamp,Value,Label`. */
function cloudmon(root: string): Series[] {
  return seriesIn(root, 'cloudmon', ',', (cells) => ({
    labels: Uint8Array.from(cells, (row) => (Number(row[2]) > 0 ? 1 : 0)),
    table: tableOf(['value'], cells, [1]),
  }));
}

function seriesIn(
  root: string,
  dataSet: string,
  separator: string,
  read: (cells: string[][], header: string[]) => Pick<Series, 'labels' | 'table'>,
): Series[] {
  const folder = join(root, dataSet);
  const files = readdirSync(folder).filter((file) => file.endsWith('.csv.gz'));
  return files.sort().map((file) => {
    const [header = [], ...cells] = readCells(join(folder, file), separator, true);
    const times = cells.map(([time]) => instant(time));
    return { name: file.slice(0, -'.csv.gz'.length), times, ...read(cells, header) };
  });
}

function readCells(path: string, separator: string, header = false): string[][] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split(/\r?\n/);
  return lines
    .slice(header ? 0 : 1)
    .map((line) => line.split(separator).map((cell) => cell.replace(/^"|"$/g, '')));
}

function tableOf(columns: readonly string[], cells: string[][], at: readonly number[]): Table {
  const data = Float64Array.from(cells.flatMap((row) => at.map((column) => Number(row[column]))));
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`row ${Math.floor(bad / at.length) + 1}: expected a number`);
  return { columns, rows: cells.length, data };
}

/** ms UTC of `2014-04-10 07:15:00` and of RFC 3339. */
function instant(text = ''): number {
  const time = Date.parse(/[zZ]$/.test(text) ? text : `${text.trim().replace(' ', 'T')}Z`);
  if (Number.isNaN(time)) throw new RangeError(`expected a time, found ${text}`);
  return time;
}
