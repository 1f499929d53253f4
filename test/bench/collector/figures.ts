import type { BenchTable } from '@ethogram/testkit/bench';

/** The middle value; of two the mean. NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Quantile `q` in 0…1, linear between the neighbours (Hyndman and Fan's type 7). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** A figure with no more digits than were measured. */
export function fixed(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A share with two significant digits: `0.17`. */
export function ratio(value: number): number {
  return Number(value.toPrecision(2));
}

/** Prints a line of the report. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a table as Markdown. */
export function printTable({ title, columns, rows, note }: BenchTable): void {
  say(`\n## ${title}\n`);
  say(`| ${columns.join(' | ')} |`);
  say(`|${columns.map(() => '---|').join('')}`);
  for (const row of rows) say(`| ${row.map((cell) => cell ?? '').join(' | ')} |`);
  if (note !== undefined) say(`\n${note}`);
}
