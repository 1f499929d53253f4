import { defineErrors, type EthogramError } from '@ethogram/core';

/** What can go wrong while foreign data come in or our own go out. */
export const formatErrors = defineErrors({
  'FORMAT-1001': {
    title: 'A line of a file is malformed',
    remedy:
      'Mend the place that the message names; nothing was stored. With --partial, what cannot be read is left out and counted.',
    exitCode: 2,
  },
  'FORMAT-1002': {
    title: 'A file cannot be read',
    remedy: 'Check the path and its permissions; `-` is standard input.',
    exitCode: 2,
  },
  'FORMAT-1003': {
    title: 'The format of a file cannot be told',
    remedy: 'Name it with --format csv, ndjson, parquet, bpftrace or dtrace.',
    exitCode: 2,
  },
  'FORMAT-1004': {
    title: 'A compressed or binary file is damaged',
    remedy: 'Copy or make the file again; nothing was stored.',
    exitCode: 2,
  },
  'FORMAT-1005': {
    title: 'A file holds no data',
    remedy: 'Check that this is the right file, and its format.',
    exitCode: 2,
  },
  'FORMAT-1006': {
    title: 'Data carry no time',
    remedy:
      'Say when they begin and how far apart they are: --start 2026-01-01T00:00:00Z --interval 1s.',
    exitCode: 2,
  },
  'FORMAT-1007': {
    title: 'An option of import or export is not understood',
    remedy: 'See `ethogram import --help` and docs/formats.md.',
    exitCode: 2,
  },
  'FORMAT-1008': {
    title: 'An export cannot be written',
    remedy:
      'Check the folder, its permissions and the space on that file system; no file was left half-written.',
    exitCode: 1,
  },
  'FORMAT-1009': {
    title: 'A Parquet file has groups of rows, or pages, that are too large to be held',
    remedy:
      'Write it again with smaller groups, in pyarrow `write_table(table, path, row_group_size=100_000)`; where the size that is named cannot be, the file is damaged.',
    exitCode: 2,
  },
});

/** Where in a file something stands; lines and columns count from 1, columns in characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * FORMAT-1001 for one place of a file.
 * @param expected what could have stood there.
 * @param found what stands there: text is quoted and cut; pass what is no text as it should read.
 */
export function malformed(
  place: Place,
  expected: string,
  found: string | { readonly text: string },
): EthogramError {
  const what = typeof found === 'string' ? found : quoted(found.text);
  return formatErrors.make(
    'FORMAT-1001',
    `${place.file}:${place.line}:${place.column}: expected ${expected}, found ${what}`,
    { details: { ...place, expected, found: what } },
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/**
 * Is told of a place that cannot be read. It throws the error where an import is all or nothing;
 * where a partial one was asked for it counts it, and what stands there is left out.
 */
export type Refuse = (error: EthogramError) => void;
