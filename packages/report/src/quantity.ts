/** An instant as RFC 3339 in UTC, with milliseconds: the form of every record. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** An instant for people: UTC, whole seconds, `2026-05-01 10:00:00Z`. */
export function shortTime(ms: number): string {
  return `${timeText(ms).slice(0, 19).replace('T', ' ')}Z`;
}

/** A length of time in its two largest units: `1 h 12 min`, `3.4 s`, `12 ms`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${trimZero((Math.floor(ms / 100) / 10).toFixed(1))} s`;
  const s = Math.floor(ms / 1_000);
  if (s < 3_600) return pair(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return pair(Math.floor(s / 3_600), 'h', Math.floor(s / 60) % 60, 'min');
  return pair(Math.floor(s / 86_400), 'd', Math.floor(s / 3_600) % 24, 'h');
}

/** Bytes in binary units: `512 B`, `1.5 KiB`, `33 MiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 ? value : trimZero(value.toPrecision(value >= 100 ? 4 : 3))} ${units[unit]}`;
}

/** A number in three significant digits, grouped: `0.0123`, `812`, `1,234,567`. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString('en-US');
  if (size < 0.001) return value.toExponential(1);
  return trimZero(value.toPrecision(3));
}

/** A share as a whole percentage, with one digit under ten: `4.2 %`, `71 %`. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent !== 0 && percent < 10 ? trimZero(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** `1 source`, `2 sources`. */
export function countText(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

function pair(a: number, aUnit: string, b: number, bUnit: string): string {
  return b === 0 ? `${a} ${aUnit}` : `${a} ${aUnit} ${b} ${bUnit}`;
}

function trimZero(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}
