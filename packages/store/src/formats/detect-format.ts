import { formatErrors } from './errors.js';
import type { InputFile } from './input-file.js';
import type { ImportFormat } from './read-format.js';

const BY_NAME: Readonly<Record<string, ImportFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

/** So much of a file is looked at. */
const HEAD_BYTES = 64 * 1024;

/**
 * Tells the format of a file from its content, and where that could be several things from its
 * name (`.gz` aside).
 * @throws FORMAT-1003 where neither says, FORMAT-1005 on an empty file.
 */
export async function detectFormat(input: InputFile): Promise<ImportFormat> {
  const head = await readHead(input);
  if (head.startsWith('PAR1')) return 'parquet';
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(input.name)?.[1]?.toLowerCase() ?? '';
  const lines = head.split(/\r?\n/).filter((line) => line.trim() !== '');
  const first = lines[0];
  if (first === undefined) {
    throw formatErrors.make('FORMAT-1005', `${input.name}: expected data, found an empty file`);
  }
  if (/^\s*\{\s*"type"\s*:\s*"(?!tick")[a-z_]+"\s*,\s*"data"/.test(first)) return 'bpftrace';
  const byName = BY_NAME[extension];
  if (byName) return byName;
  if (/^\s*\{/.test(first)) return 'ndjson';
  if (/-{5,} Distribution -{5,}/.test(head)) return 'dtrace';
  if (/[,;\t]/.test(first)) return 'csv';
  if (lines.slice(0, 50).some((line) => /^\s+\S.*\s-?\d+\s*$/.test(line))) return 'dtrace';
  throw formatErrors.make(
    'FORMAT-1003',
    `${input.name}: expected csv, ndjson, parquet, bpftrace or dtrace, found ${JSON.stringify(first.slice(0, 60))}`,
    { details: { file: input.name } },
  );
}

async function readHead(input: InputFile): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of input.bytes()) {
    parts.push(bytes);
    length += bytes.length;
    if (length >= HEAD_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, HEAD_BYTES));
}
