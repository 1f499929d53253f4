import type { EthogramError } from '@ethogram/core';
import { malformed, type Place, type Refuse } from './errors.js';
import type { TableRow } from './read-table.js';

/** No record in quotes is longer, so that an open quote cannot swallow a whole file. */
const MOST_LINES = 10_000;
const LONGEST_RECORD = 16 * 1024 * 1024;

/**
 * Takes CSV apart (RFC 4180: quoted fields may hold delimiters, doubled quotes and line ends).
 * Quoted fields come as they are, others without blanks around them. Empty lines are passed
 * over. Holds one record at a time.
 * @param refuse is told of FORMAT-1001: a quote in the midst of a field, or one never closed.
 */
export async function* readCsvRecords(
  file: string,
  batches: AsyncIterable<readonly string[]>,
  delimiterOf: (header: string) => string,
  refuse: Refuse,
): AsyncGenerator<TableRow, void, undefined> {
  let delimiter: string | undefined;
  let number = 0;
  let open: OpenRecord | undefined;
  for await (const batch of batches) {
    for (const line of batch) {
      number++;
      if (line === '' && !open) continue;
      delimiter ??= delimiterOf(line);
      if (!open && !line.includes('"')) {
        if (line.trim() !== '') yield plainRecord(file, number, line, delimiter);
        continue;
      }
      open = extend(open, number, line);
      if (open.inQuotes && open.lines.length < MOST_LINES && open.length < LONGEST_RECORD) continue;
      const record = quotedRecord(file, open, delimiter);
      open = undefined;
      if (record instanceof Error) refuse(record);
      else yield record;
    }
  }
  if (!open || delimiter === undefined) return;
  const record = quotedRecord(file, open, delimiter);
  if (record instanceof Error) refuse(record);
}

/** Lines of a record whose quotes are not all closed yet. */
interface OpenRecord {
  readonly line: number;
  readonly lines: string[];
  length: number;
  /** Whether an odd number of quotes was seen: only then may the record go on. */
  inQuotes: boolean;
}

function extend(open: OpenRecord | undefined, line: number, text: string): OpenRecord {
  const record = open ?? { line, lines: [], length: 0, inQuotes: false };
  record.lines.push(text);
  record.length += text.length + 1;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    record.inQuotes = !record.inQuotes;
  }
  return record;
}

function plainRecord(file: string, line: number, text: string, delimiter: string): TableRow {
  const parts = text.split(delimiter);
  return {
    line,
    fields: parts.map((part) => part.trim()),
    placeOf: (field) => {
      const before = parts.slice(0, field).reduce((n, part) => n + part.length + 1, 0);
      return { file, line, column: Math.min(before, text.length) + 1 };
    },
  };
}

function quotedRecord(file: string, open: OpenRecord, delimiter: string): TableRow | EthogramError {
  const text = open.lines.join('\n');
  const placeAt = (at: number): Place => {
    const before = text.slice(0, at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { file, line: open.line + before.length - 1, column };
  };
  const fields: string[] = [];
  const starts: number[] = [];
  for (let at = 0; at <= text.length; ) {
    starts.push(at);
    const field = readField(text, at, delimiter);
    if ('wrongAt' in field) {
      return malformed(placeAt(field.wrongAt), field.expected, { text: text.slice(field.wrongAt) });
    }
    fields.push(field.text);
    at = field.end + 1;
  }
  return { line: open.line, fields, placeOf: (field) => placeAt(starts[field] ?? text.length) };
}

type Field =
  | { readonly text: string; readonly end: number }
  | { readonly wrongAt: number; readonly expected: string };

/** The field that begins at `start`; `end` is where its delimiter or the end of the record stands. */
function readField(text: string, start: number, delimiter: string): Field {
  const next = text.indexOf(delimiter, start);
  const end = next < 0 ? text.length : next;
  const first = skipBlanks(text, start);
  if (text[first] !== '"') {
    const quote = text.indexOf('"', start);
    if (quote < 0 || quote >= end) return { text: text.slice(start, end).trim(), end };
    return { wrongAt: quote, expected: 'quotes around a whole field, doubled within it' };
  }
  let close = text.indexOf('"', first + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close < 0) return { wrongAt: first, expected: 'a closing quote to this one' };
  const after = skipBlanks(text, close + 1);
  if (after < text.length && text[after] !== delimiter) {
    return { wrongAt: after, expected: 'a delimiter after the closing quote' };
  }
  return { text: text.slice(first + 1, close).replaceAll('""', '"'), end: after };
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}

/** Writes one field: in quotes where it must be, or where blanks around it would be lost. */
export function csvField(text: string): string {
  return /^\s|[",;\t\r\n]|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
