import type { BenchTable } from '@ethogram/testkit/bench';

/** Prints a line of the report. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A number with three significant digits. */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} k`;
  return value.toPrecision(3);
}

/** Prints a table whose first column is text. */
export function printTable({ title, columns, rows, note }: BenchTable): void {
  const cells = [columns, ...rows].map((row) => row.map((cell) => `${cell ?? ''}`));
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  say(title);
  for (const row of cells) {
    say(
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    );
  }
  say(note ? `${note}\n` : '');
}
