import type { Block } from '@ethogram/core';
import { csvField } from './csv-records.js';
import { formatSeriesName } from './series-name.js';
import { extraOf, WrittenAttributes } from './tick-columns.js';
import { formatTimestamp } from './timestamp.js';

/**
 * Writes wide CSV: `timestamp`, a column for each series in full form, then who each tick is and
 * what it carries beside its values. A row a tick; no value is an empty cell. The columns must be
 * known before the first row, so the blocks are read twice, and memory stays constant.
 */
export async function* writeCsv(
  read: () => AsyncIterable<Block>,
): AsyncGenerator<string, void, undefined> {
  const columns = new Map<string, number>();
  for await (const block of read()) {
    for (const name of seriesNames(block)) if (!columns.has(name)) columns.set(name, columns.size);
  }
  // In order of name, so that the same data give the same file however blocks were cut.
  const names = [...columns.keys()].sort();
  for (const [index, name] of names.entries()) columns.set(name, index);
  const identity = ['@host', '@boot', '@seq', '@interval_ns', '@backend', '@extra'];
  yield `${['timestamp', ...names, ...identity].map(csvField).join(',')}\n`;
  const attributes = new WrittenAttributes();
  for await (const block of read()) {
    const column = seriesNames(block).map((name) => columns.get(name) as number);
    const { host, boot, backend } = block;
    for (let t = 0; t < block.ts.length; t++) {
      const cells = new Array<string>(names.length).fill('');
      const end = block.rowStart[t + 1] as number;
      for (let at = block.rowStart[t] as number; at < end; at++) {
        cells[column[block.seriesIndex[at] as number] as number] = String(block.values[at]);
      }
      const extra = extraOf(block, t, t === 0 ? attributes.changes(block) : undefined);
      const json = Object.keys(extra).length > 0 ? JSON.stringify(extra) : '';
      const who = [host, boot, String(block.seq[t]), String(block.intervalNs[t]), backend, json];
      const ts = formatTimestamp(block.ts[t] as number);
      yield `${[ts, ...cells, ...who.map(csvField)].join(',')}\n`;
    }
  }
}

function seriesNames(block: Block): string[] {
  return block.series.map((series) => {
    const source = block.sources[series.source];
    if (!source) throw new RangeError(`expected source ${series.source} in the block, found none`);
    return formatSeriesName(block.host, source, series);
  });
}
