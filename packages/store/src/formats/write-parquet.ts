import { gzipSync } from 'node:zlib';
import type { Block, BlockSource, SeriesId } from '@ethogram/core';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { formatSeriesName } from './series-name.js';
import { extraOf, WrittenAttributes } from './tick-columns.js';
import { formatTimestamp } from './timestamp.js';

/** Rows are gathered to groups of this size, each sorted by series, so that columns compress. */
const GROUP_ROWS = 50_000;

/** A row: one value, or a tick that has none. */
interface Row {
  /** What rows of a group are sorted by. */
  readonly series: string;
  readonly block: Block;
  readonly t: number;
  readonly source: BlockSource | undefined;
  readonly id: SeriesId | undefined;
  readonly value: number | undefined;
  readonly extra: string | undefined;
}

interface Column {
  readonly element: SchemaElement;
  readonly of: (row: Row) => unknown;
}

const text = (name: string, optional: boolean): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: optional ? 'OPTIONAL' : 'REQUIRED',
});

const COLUMNS: readonly Column[] = [
  {
    element: {
      name: 'timestamp',
      type: 'INT64',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      repetition_type: 'REQUIRED',
    },
    of: ({ block, t }) => BigInt(block.ts[t] as number),
  },
  { element: text('host', false), of: ({ block }) => block.host },
  { element: text('boot', false), of: ({ block }) => block.boot },
  {
    element: { name: 'seq', type: 'INT64', repetition_type: 'REQUIRED' },
    of: ({ block, t }) => BigInt(block.seq[t] as number),
  },
  {
    element: { name: 'interval_ns', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    of: ({ block, t }) => block.intervalNs[t],
  },
  { element: text('backend', false), of: ({ block }) => block.backend },
  { element: text('kind', true), of: ({ source }) => source?.kind },
  { element: text('name', true), of: ({ source }) => source?.name },
  { element: text('metric', true), of: ({ id }) => id?.metric },
  { element: text('scheme', true), of: ({ id }) => id?.scheme },
  {
    element: { name: 'bucket', type: 'INT32', repetition_type: 'OPTIONAL' },
    of: ({ id }) => id?.bucket,
  },
  {
    element: { name: 'value', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    of: ({ value }) => value,
  },
  { element: text('extra', true), of: ({ extra }) => extra },
];

/**
 * Writes long Parquet, gzip inside: a row per value; what a tick carries beside its values stands
 * as JSON in `extra` of one of its rows, and a tick without values has a row without a metric.
 */
export async function* writeParquet(
  blocks: AsyncIterable<Block>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = new ByteWriter();
  const schema = [
    { name: 'root', num_children: COLUMNS.length },
    ...COLUMNS.map(({ element }) => element),
  ];
  const writer = new ParquetWriter({
    writer: bytes,
    schema,
    codec: 'GZIP',
    compressors: { GZIP: (input) => gzipSync(input) },
    createdBy: 'ethogram',
  });
  /** What the writer holds; it goes on counting offsets from there. */
  const take = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  let rows: Row[] = [];
  const flush = async (): Promise<Uint8Array> => {
    rows.sort((a, b) => (a.series < b.series ? -1 : a.series > b.series ? 1 : 0));
    const columnData = COLUMNS.map(({ element, of }) => ({
      name: element.name,
      data: rows.map(of),
    }));
    await writer.write({ columnData, rowGroupSize: rows.length });
    rows = [];
    return take();
  };
  const attributes = new WrittenAttributes();
  for await (const block of blocks) {
    const names = seriesNames(block);
    for (let t = 0; t < block.ts.length; t++) {
      formatTimestamp(block.ts[t] as number);
      const changed = t === 0 ? attributes.changes(block) : undefined;
      for (const row of rowsOf(block, t, names, changed)) rows.push(row);
      if (rows.length >= GROUP_ROWS) yield await flush();
    }
  }
  if (rows.length > 0) yield await flush();
  await writer.finish();
  yield take();
}

function seriesNames(block: Block): readonly string[] {
  return block.series.map((series) => {
    const source = block.sources[series.source];
    if (!source) throw new RangeError(`expected source ${series.source} in the block, found none`);
    return formatSeriesName(block.host, source, series);
  });
}

function* rowsOf(
  block: Block,
  t: number,
  names: readonly string[],
  attributes: ReturnType<WrittenAttributes['changes']>,
): Generator<Row> {
  const carried = extraOf(block, t, attributes);
  let extra = Object.keys(carried).length > 0 ? JSON.stringify(carried) : undefined;
  const start = block.rowStart[t] as number;
  const end = block.rowStart[t + 1] as number;
  if (start === end) {
    yield { series: '', block, t, source: undefined, id: undefined, value: undefined, extra };
  }
  for (let at = start; at < end; at++) {
    const index = block.seriesIndex[at] as number;
    const id = block.series[index] as SeriesId;
    const source = block.sources[id.source];
    yield { series: names[index] ?? '', block, t, source, id, value: block.values[at], extra };
    extra = undefined;
  }
}
