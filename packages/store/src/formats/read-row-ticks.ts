import { isSourceKind, type SourceId } from '@ethogram/core';
import type { DraftTick } from './draft-tick.js';
import { malformed } from './errors.js';
import type { ReadOptions } from './read-options.js';
import type { TableRow } from './read-table.js';
import { SampleBuilder } from './sample-builder.js';
import { bucketsOf } from './scheme-buckets.js';
import { kindOfMetric } from './series-name.js';
import { readExtra, readIdentity } from './tick-columns.js';
import { parseTimestamp, TIMESTAMP_FORMS } from './timestamp.js';

/** A tick whose rows are still being gathered. */
interface OpenTick {
  draft: Omit<DraftTick, 'samples'>;
  readonly builder: SampleBuilder;
}

/** Some rows of a table, and whether they are the last of those that belong together. */
export interface TableSlice {
  readonly rows: Iterable<TableRow>;
  readonly isLast: boolean;
}

/**
 * Reads a long table of values into ticks. Rows of one tick may stand anywhere in the slices
 * up to a last one, in any order; only the last tick of each host may go on after it.
 * @param columns names, in the order of the fields.
 * @throws FORMAT-1001 through `refuse`
 */
export async function* readRowTicks(
  columns: readonly string[],
  slices: AsyncIterable<TableSlice>,
  options: ReadOptions,
): AsyncGenerator<DraftTick, void, undefined> {
  const index = new Map(columns.map((name, i) => [name, i]));
  let open = new Map<string, OpenTick>();
  for await (const { rows, isLast } of slices) {
    for (const row of rows) readRow(row, index, open, options);
    if (!isLast) continue;
    const ticks = ascending(open);
    const last = new Map(ticks.map(([key, tick]) => [tick.draft.host, key]));
    const held = new Set(last.values());
    for (const [key, tick] of ticks) if (!held.has(key)) yield closeTick(tick);
    open = new Map(ticks.filter(([key]) => held.has(key)));
  }
  for (const [, tick] of ascending(open)) yield closeTick(tick);
}

function ascending(open: ReadonlyMap<string, OpenTick>): [string, OpenTick][] {
  const seqOf = ({ draft }: OpenTick): number => draft.identity.seq ?? 0;
  return [...open].sort(([, a], [, b]) => a.draft.ts - b.draft.ts || seqOf(a) - seqOf(b));
}

function closeTick({ draft, builder }: OpenTick): DraftTick {
  return { ...draft, samples: builder.build() };
}

/** What a row should have held, and in which column. */
type Fault = { readonly column: string; readonly expected: string } | undefined;

function readRow(
  row: TableRow,
  index: ReadonlyMap<string, number>,
  open: Map<string, OpenTick>,
  options: ReadOptions,
): void {
  const cell = (name: string): string => row.fields[index.get(name) ?? -1] ?? '';
  const tick = tickOf(row, cell, index, open, options);
  if (!tick || cell('metric') === '') return;
  const fault = addValue(tick.builder, cell, options.source);
  if (!fault) return;
  const place = row.placeOf(index.get(fault.column) ?? 0);
  options.refuse(malformed(place, fault.expected, { text: cell(fault.column) }));
}

function addValue(
  builder: SampleBuilder,
  cell: (name: string) => string,
  only: SourceId | undefined,
): Fault {
  const source = sourceOf(cell, only);
  if (!source) {
    const column = cell('name') === '' ? 'name' : 'kind';
    return { column, expected: 'a kind and a name of a source' };
  }
  const value = cell('value') === '' ? Number.NaN : Number(cell('value'));
  const metric = (only && cell('name') !== '' ? `${cell('name')}/` : '') + cell('metric');
  if (cell('scheme') === '') {
    if (!Number.isFinite(value)) return { column: 'value', expected: 'a finite number' };
    if (builder.add(source, metric, value)) return undefined;
    return { column: 'metric', expected: 'each metric of a source once per instant' };
  }
  const buckets = bucketsOf(cell('scheme'));
  if (buckets === undefined) return { column: 'scheme', expected: 'a scheme of buckets' };
  const bucket = /^\d+$/.test(cell('bucket')) ? Number(cell('bucket')) : buckets;
  if (bucket >= buckets) return { column: 'bucket', expected: `a bucket below ${buckets}` };
  if (!Number.isSafeInteger(value) || value < 1) {
    return { column: 'value', expected: 'a count from 1 on' };
  }
  if (builder.addBucket(source, metric, cell('scheme'), bucket, value)) return undefined;
  return { column: 'bucket', expected: 'one scheme, and each bucket once, per metric and instant' };
}

function tickOf(
  row: TableRow,
  cell: (name: string) => string,
  index: ReadonlyMap<string, number>,
  open: Map<string, OpenTick>,
  options: ReadOptions,
): OpenTick | undefined {
  const time = index.has('timestamp') ? 'timestamp' : 'ts';
  const extraText = cell('extra');
  // Told from the text as it stands, since this is looked at for every row.
  const key = [cell(time), cell('seq'), cell('boot'), cell('host')].join('\n');
  const tick = open.get(key);
  if (tick && extraText === '') return tick;
  const place = (name: string) => row.placeOf(index.get(name.replace('@', '')) ?? 0);
  const extra = readExtra(extraText, place('extra'), options.refuse);
  if (!extra) return undefined;
  if (tick) {
    tick.draft = { ...tick.draft, extra };
    return tick;
  }
  const ts = parseTimestamp(cell(time));
  if (ts === undefined) {
    options.refuse(malformed(place(time), TIMESTAMP_FORMS, { text: cell(time) }));
    return undefined;
  }
  const identity = readIdentity((name) => cell(name.replace('@', '')), place, options.refuse);
  if (!identity) return undefined;
  const { host = options.host, ...rest } = identity;
  const draft = { place: row.placeOf(0), ts, host, identity: rest, extra };
  const begun = { draft, builder: new SampleBuilder() };
  open.set(key, begun);
  return begun;
}

function sourceOf(
  cell: (name: string) => string,
  only: SourceId | undefined,
): SourceId | undefined {
  if (only) return only;
  const kind = cell('kind') || kindOfMetric(cell('metric'));
  const name = cell('name');
  return name !== '' && isSourceKind(kind) ? { kind, name } : undefined;
}
