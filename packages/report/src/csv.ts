import { printable } from './printable.js';

/** What a cell can hold; `null` is empty. */
export type CellValue = string | number | boolean | null;

/**
 * One CSV line by RFC 4180, with LF. A text that a spreadsheet would run as a formula (it begins
 * with `=`, `+`, `-`, `@`, or one of these after a quote sign) gets a `'` before it; numbers keep
 * their sign. See OWASP, "CSV Injection".
 */
export function csvLine(cells: readonly CellValue[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

function csvCell(cell: CellValue): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = printable(cell);
  const safe = /^['"]?[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
