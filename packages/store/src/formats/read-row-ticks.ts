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
  readonly key: string;
  draft: Omit<DraftTick, 'samples'>;
  readonly builder: SampleBuilder;
}

/** Ticks of each host whose rows may go on, ascending: nearly always one. */
type OpenTicks = Map<string, OpenTick[]>;

/**
 * Reads a long table of values into ticks, ascending for each host. A tick ends where a later one
 * of its host begins.
 * @param columns names, in the order of the fields.
 * @param pieces rows, those of a group in the order of their ticks.
 * @throws FORMAT-1001 through `refuse`
 */
export async function* readRowTicks(
  columns: readonly string[],
  pieces: AsyncIterable<Iterable<TableRow>>,
  options: ReadOptions,
): AsyncGenerator<DraftTick, void, undefined> {
  const index = new Map(columns.map((name, i) => [name, i]));
  const open: OpenTicks = new Map();
  for await (const rows of pieces) {
    for (const row of rows) {
      for (const tick of readRow(row, index, open, options)) yield closeTick(tick);
    }
  }
  for (const tick of [...open.values()].flat().sort(compareTicks)) yield closeTick(tick);
}

function compareTicks({ draft: a }: OpenTick, { draft: b }: OpenTick): number {
  return a.ts - b.ts || (a.identity.seq ?? 0) - (b.identity.seq ?? 0);
}

function closeTick({ draft, builder }: OpenTick): DraftTick {
  return { ...draft, samples: builder.build() };
}

/** What a row should have held, and in which column. */
type Fault = { readonly column: string; readonly expected: string } | undefined;

/** Takes one row; the ticks that end with it. */
function readRow(
  row: TableRow,
  index: ReadonlyMap<string, number>,
  open: OpenTicks,
  options: ReadOptions,
): readonly OpenTick[] {
  const cell = (name: string): string => row.fields[index.get(name) ?? -1] ?? '';
  const { tick, ended } = tickOf(row, cell, index, open, options);
  if (!tick || cell('metric') === '') return ended;
  const fault = addValue(tick.builder, cell, options.source);
  if (fault) {
    const place = row.placeOf(index.get(fault.column) ?? 0);
    options.refuse(malformed(place, fault.expected, { text: cell(fault.column) }));
  }
  return ended;
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

const NONE: { tick?: undefined; ended: readonly OpenTick[] } = Object.freeze({ ended: [] });

function tickOf(
  row: TableRow,
  cell: (name: string) => string,
  index: ReadonlyMap<string, number>,
  open: OpenTicks,
  options: ReadOptions,
): { tick?: OpenTick | undefined; ended: readonly OpenTick[] } {
  const time = index.has('timestamp') ? 'timestamp' : 'ts';
  const extraText = cell('extra');
  const host = cell('host') || options.host;
  const ofHost = open.get(host) ?? [];
  // Told from the text as it stands, since this is looked at for every row.
  const key = [cell(time), cell('seq'), cell('boot')].join('\n');
  const tick = ofHost.find((one) => one.key === key);
  if (tick && extraText === '') return { tick, ended: [] };
  const place = (name: string) => row.placeOf(index.get(name.replace('@', '')) ?? 0);
  const extra = readExtra(extraText, place('extra'), options.refuse);
  if (!extra) return NONE;
  if (tick) {
    tick.draft = { ...tick.draft, extra };
    return { tick, ended: [] };
  }
  const ts = parseTimestamp(cell(time));
  if (ts === undefined) {
    options.refuse(malformed(place(time), TIMESTAMP_FORMS, { text: cell(time) }));
    return NONE;
  }
  const identity = readIdentity((name) => cell(name.replace('@', '')), place, options.refuse);
  if (!identity) return NONE;
  const { host: _, ...rest } = identity;
  const draft = { place: row.placeOf(0), ts, host, identity: rest, extra };
  const begun = { key, draft, builder: new SampleBuilder() };
  const later = (one: OpenTick): boolean => compareTicks(one, begun) > 0;
  open.set(host, [begun, ...ofHost.filter(later)]);
  return { tick: begun, ended: ofHost.filter((one) => !later(one)) };
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
