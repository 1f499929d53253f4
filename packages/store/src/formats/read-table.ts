import type { DraftTick } from './draft-tick.js';
import { formatErrors, malformed, type Place, type Refuse } from './errors.js';
import type { ReadOptions } from './read-options.js';
import { SampleBuilder } from './sample-builder.js';
import { parseSeriesName, type SeriesName } from './series-name.js';
import { IDENTITY_COLUMNS, readExtra, readIdentity } from './tick-columns.js';
import { parseTimestamp, TIMESTAMP_FORMS } from './timestamp.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TIME_NAMES = new Set(['time', 'ts', 'date', 'datetime', '']);

/** One row of a wide table, or its header. */
export interface TableRow {
  /** On which line of the file it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** Where a field begins. */
  placeOf(field: number): Place;
}

/** What each column of a file holds. */
interface Columns {
  /** Index of the column of times; `undefined` where rows are numbered by start and interval. */
  readonly time: number | undefined;
  readonly series: readonly {
    readonly index: number;
    readonly host: string;
    readonly name: SeriesName;
  }[];
  readonly identity: ReadonlyMap<string, number>;
  readonly hosts: ReadonlySet<string>;
  readonly names: readonly string[];
}

/**
 * Reads a wide table: a header, then one row a tick; an empty cell is no value.
 * @throws FORMAT-1001 (through `refuse` below the header), FORMAT-1005, FORMAT-1006
 */
export async function* readTable(
  rows: AsyncIterable<TableRow>,
  options: ReadOptions,
): AsyncGenerator<DraftTick, void, undefined> {
  let columns: Columns | undefined;
  let count = 0;
  for await (const row of rows) {
    if (columns) yield* readRow(row, columns, count++, options);
    else columns = readHeader(row, options);
  }
  if (!columns) {
    throw formatErrors.make('FORMAT-1005', `${options.file}: expected a header, found nothing`);
  }
}

function readHeader(record: TableRow, options: ReadOptions): Columns {
  const time = timeColumn(record, options);
  const identity = new Map<string, number>();
  const series: { index: number; host: string; name: SeriesName }[] = [];
  const seen = new Set<string>();
  for (const [index, field] of record.fields.entries()) {
    const isRowNumber = index === 0 && field === '' && time === undefined;
    if (index === time || isRowNumber) continue;
    if (seen.has(field))
      throw malformed(record.placeOf(index), 'each column once', { text: field });
    seen.add(field);
    if (IDENTITY_COLUMNS.has(field)) {
      identity.set(field, index);
      continue;
    }
    const name = options.source ? { ...options.source, metric: field } : parseSeriesName(field);
    if (!name || name.metric === '') {
      throw malformed(record.placeOf(index), '[kind:[host:]]name/metric', { text: field });
    }
    series.push({ index, host: name.host ?? options.host, name });
  }
  if (series.length === 0 && identity.size === 0) {
    throw malformed(record.placeOf(0), 'at least one column of values', 'none');
  }
  const hosts = new Set(series.map(({ host }) => host));
  return { time, series, identity, hosts, names: record.fields };
}

/**
 * @throws FORMAT-1006 where there is neither a column of times nor a start and an interval.
 */
function timeColumn(record: TableRow, options: ReadOptions): number | undefined {
  const exact = record.fields.findIndex((field) => field.toLowerCase() === 'timestamp');
  if (exact >= 0) return exact;
  const first = record.fields[0] ?? '';
  const hasStart = options.startMs !== undefined;
  if (TIME_NAMES.has(first.toLowerCase()) && !(hasStart && first === '')) return 0;
  if (hasStart) return undefined;
  throw formatErrors.make(
    'FORMAT-1006',
    `${options.file}:${record.line}:1: expected a column named timestamp, found ${JSON.stringify(first.slice(0, 60))} first`,
    { details: { file: options.file, line: record.line } },
  );
}

/**
 * One tick for each host that the row has values of. The host that `@host` names, or the only
 * one of the file, has a tick even without a value.
 */
function readRow(
  record: TableRow,
  columns: Columns,
  row: number,
  options: ReadOptions,
): readonly DraftTick[] {
  const { refuse } = options;
  const { fields } = record;
  if (fields.length !== columns.names.length) {
    const place = record.placeOf(Math.min(fields.length, columns.names.length));
    refuse(malformed(place, `${columns.names.length} fields as in the header`, `${fields.length}`));
    return [];
  }
  const ts = rowTime(record, columns, row, options);
  if (ts === undefined) {
    const at = columns.time ?? 0;
    refuse(malformed(record.placeOf(at), TIMESTAMP_FORMS, { text: fields[at] ?? '' }));
    return [];
  }
  const cell = (name: string) => fields[columns.identity.get(name) ?? -1] ?? '';
  const place = (name: string) => record.placeOf(columns.identity.get(name) ?? 0);
  const identity = readIdentity(cell, place, refuse);
  const extra = readExtra(cell('@extra'), place('@extra'), refuse);
  const builders = readCells(record, columns, refuse);
  if (!identity || !extra || !builders) return [];
  const [onlyHost = options.host] = columns.hosts;
  const own = identity.host ?? (columns.hosts.size <= 1 ? onlyHost : undefined);
  const hosts = new Set(builders.keys());
  if (own !== undefined) hosts.add(own);
  return Array.from(hosts, (host): DraftTick => {
    const { host: _, ...who } = identity;
    return {
      place: record.placeOf(0),
      ts,
      host,
      identity: host === own ? who : {},
      extra: host === own ? extra : {},
      samples: builders.get(host)?.build() ?? [],
    };
  });
}

/** The values of a row, host by host; `undefined` where one cannot be read. */
function readCells(
  record: TableRow,
  columns: Columns,
  refuse: Refuse,
): ReadonlyMap<string, SampleBuilder> | undefined {
  const builders = new Map<string, SampleBuilder>();
  for (const { index, host, name } of columns.series) {
    const text = record.fields[index] as string;
    if (text === '') continue;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    const isCount = !name.bucket || (Number.isSafeInteger(value) && value >= 0);
    let expected: string | undefined;
    if (!Number.isFinite(value) || !isCount) {
      const what = name.bucket ? 'a whole number from 0 on' : 'a finite number or nothing';
      expected = `${what} in column ${JSON.stringify(columns.names[index])}`;
    } else if (!addCell(builderOf(builders, host), name, value)) {
      expected = 'one value and one scheme of buckets per metric';
    }
    if (expected !== undefined) {
      refuse(malformed(record.placeOf(index), expected, { text }));
      return undefined;
    }
  }
  return builders;
}

function rowTime(
  record: TableRow,
  columns: Columns,
  row: number,
  options: ReadOptions,
): number | undefined {
  if (columns.time !== undefined) return parseTimestamp(record.fields[columns.time] as string);
  return (options.startMs ?? 0) + row * (options.intervalMs ?? 1000);
}

function builderOf(builders: Map<string, SampleBuilder>, key: string): SampleBuilder {
  let builder = builders.get(key);
  if (!builder) {
    builder = new SampleBuilder();
    builders.set(key, builder);
  }
  return builder;
}

function addCell(builder: SampleBuilder, name: SeriesName, value: number): boolean {
  const { bucket, metric } = name;
  if (!bucket) return builder.add(name, metric, value);
  return value === 0 || builder.addBucket(name, metric, bucket.scheme, bucket.index, value);
}
