import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Rows of numbers, row-major. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly data: Float64Array;
}

/** One labelled machine or service. */
export interface Entity {
  readonly dataSet: string;
  readonly name: string;
  readonly intervalMs: number;
  readonly train: Table;
  readonly test: Table;
  /** 1 where a row of the test part belongs to an event. */
  readonly labels: Uint8Array;
  /** Metrics that experts named for events, where they did. */
  readonly causes: readonly Cause[];
}

/** Rows `start … end - 1` of the test part and the columns blamed for them. */
export interface Cause {
  readonly start: number;
  readonly end: number;
  readonly dims: readonly number[];
}

/** The data sets of machines and services, with the length of their steps. */
export const DATA_SETS: Readonly<Record<string, { readonly intervalMs: number }>> = {
  smd: { intervalMs: 60_000 },
  asd: { intervalMs: 300_000 },
  jumpstarter: { intervalMs: 300_000 },
};

/** Names of the entities of a data set, in order; empty where it is not there. */
export function entityNames(root: string, dataSet: string): string[] {
  const folder = join(root, dataSet);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test.csv.gz'))
    .map((file) => file.slice(0, -'.test.csv.gz'.length))
    .sort(new Intl.Collator('en', { numeric: true }).compare);
}

/**
 * Reads one entity: `NAME.train.csv.gz`, `NAME.test.csv.gz`, `NAME.label.csv.gz`, and
 * `NAME.causes.json` where there is one.
 * @throws RangeError on ragged rows or what is no number.
 */
export function readEntity(root: string, dataSet: string, name: string): Entity {
  const path = (part: string): string => join(root, dataSet, `${name}.${part}`);
  const labels = readTable(path('label.csv.gz'));
  const causes = path('causes.json');
  return {
    dataSet,
    name,
    intervalMs: DATA_SETS[dataSet]?.intervalMs ?? 60_000,
    train: readTable(path('train.csv.gz')),
    test: readTable(path('test.csv.gz')),
    labels: Uint8Array.from(labels.data, (value) => (value > 0 ? 1 : 0)),
    causes: existsSync(causes) ? (JSON.parse(readFileSync(causes, 'utf8')) as Cause[]) : [],
  };
}

function readTable(path: string): Table {
  const [head = '', ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const columns = head.trim().split(',');
  const data = new Float64Array(lines.length * columns.length);
  for (const [row, line] of lines.entries()) {
    const cells = line.split(',');
    if (cells.length !== columns.length) {
      throw new RangeError(`${path}: row ${row + 1} has ${cells.length} cells`);
    }
    for (const [column, cell] of cells.entries()) {
      const value = Number(cell);
      if (!Number.isFinite(value)) throw new RangeError(`${path}: row ${row + 1}: ${cell}`);
      data[row * columns.length + column] = value;
    }
  }
  return { columns, rows: lines.length, data };
}
