import { readCsvRecords } from './csv-records.js';
import type { DraftTick } from './draft-tick.js';
import { readLines } from './read-lines.js';
import type { ReadOptions } from './read-options.js';
import { readTable } from './read-table.js';

/**
 * Reads wide CSV, delimited by comma, or by semicolon or tab where the header has no comma.
 * Columns are as docs/formats.md says.
 * @throws FORMAT-1001 (through `refuse` below the header), FORMAT-1004, FORMAT-1005, FORMAT-1006
 */
export function readCsv(
  bytes: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncIterable<DraftTick> {
  const lines = readLines(options.file, bytes);
  return readTable(readCsvRecords(options.file, lines, delimiterOf, options.refuse), options);
}

function delimiterOf(header: string): string {
  const candidates = [',', ';', '\t'];
  return candidates.find((candidate) => header.includes(candidate)) ?? ',';
}
