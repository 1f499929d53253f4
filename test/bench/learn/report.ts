import type { BenchTable } from '@ethogram/testkit/bench';

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a table as the page of benchmarks will show it. */
export function sayTable({ title, columns, rows, note }: BenchTable): void {
  const cells = [columns, ...rows].map((row) => row.map((cell) => `${cell ?? '–'}`));
  const widths = columns.map((_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)));
  say(`\n${title}`);
  for (const row of cells) {
    say(`  ${row.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join('  ')}`);
  }
  if (note !== undefined) say(note);
}

/** A number to a few places, as it was measured. */
export function short(value: number, places = 3): number {
  return Number(value.toPrecision(places));
}
