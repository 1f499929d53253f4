import Table from 'cli-table3';
import { type CellValue, csvLine } from './csv.js';
import { jsonText, printable } from './printable.js';
import type { Style } from './style.js';

/** One column of a list: its name and value in CSV, its text in a table. */
export interface Column<Row> {
  readonly name: string;
  readonly value: (row: Row) => CellValue;
  /** Text in a table, where it differs from the value. */
  readonly text?: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

/** How a kind of row is shown in every format. */
export interface View<Row> {
  readonly columns: readonly Column<Row>[];
  /** The JSON object of a row, its field names stable. */
  readonly record: (row: Row) => unknown;
  /** Where rows are shown one line at a time instead of as a table. */
  readonly line?: (row: Row, style: Style) => string;
}

/** The four formats of `--output`. */
export type Format = 'table' | 'json' | 'jsonl' | 'csv';

/** The CSV header of a view. */
export function csvHeader<Row>(view: View<Row>): string {
  return csvLine(view.columns.map((column) => column.name));
}

/** The CSV line of a row. */
export function csvRow<Row>(view: View<Row>, row: Row): string {
  return csvLine(view.columns.map((column) => column.value(row)));
}

/** The JSON line of a row. */
export function jsonLine<Row>(view: View<Row>, row: Row): string {
  return `${jsonText(view.record(row))}\n`;
}

/** Rows as a table without frames: bold titles, two spaces between columns. */
export function renderTable<Row>(view: View<Row>, rows: readonly Row[], style: Style): string {
  const table = new Table({
    head: view.columns.map((column) => style.bold(column.name.toUpperCase())),
    colAligns: view.columns.map((column) => column.align ?? 'left'),
    chars: FRAMELESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) {
    table.push(view.columns.map((column) => cellText(column, row)));
  }
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function cellText<Row>(column: Column<Row>, row: Row): string {
  const value = column.text ? column.text(row) : column.value(row);
  return value === null ? '–' : printable(String(value));
}

const FRAMELESS = Object.freeze({
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
});
