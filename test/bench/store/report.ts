import { readFileSync } from 'node:fs';

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
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  for (const row of [head, ...rows]) {
    say(
      row
        .map((cell, i) => {
          const width = widths[i] ?? 0;
          return i === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  '),
    );
  }
  say('');
}

/**
 * Watches the private memory of this process (RssAnon of proc(5): what is its own, without mapped
 * files, which the system takes back when it needs room).
 * @returns reads the peak so far, megabytes
 */
export function watchPrivateMemory(): () => number {
  let peakKb = 0;
  const look = (): void => {
    const status = readFileSync('/proc/self/status', 'utf8');
    peakKb = Math.max(peakKb, Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0));
  };
  setInterval(look, 100).unref();
  return () => {
    look();
    return peakKb / 1024;
  };
}
