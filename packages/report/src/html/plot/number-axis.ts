import { bytesText, numberText, shareText } from '../../quantity.js';

/** Round numbers from 0 to `top` or a little more, at most `most` of them besides 0. */
export function niceTicks(top: number, most = 4): readonly number[] {
  if (!(top > 0) || !Number.isFinite(top)) return [0, 1];
  const raw = top / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const count = Math.ceil(top / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** A number at an axis: `1.2k`, `3M`. */
export function axisText(value: number): string {
  const size = Math.abs(value);
  if (size < 1_000) return numberText(value);
  const [by, unit] = size < 1e6 ? [1e3, 'k'] : size < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
  return `${numberText(value / by)}${unit}`;
}

/** A length of time measured in nanoseconds, in two digits or three: `812 ns`, `1.5 ms`. */
export function nsText(ns: number): string {
  if (ns < 1e3) return `${numberText(ns)} ns`;
  if (ns < 1e6) return `${numberText(ns / 1e3)} µs`;
  if (ns < 1e9) return `${numberText(ns / 1e6)} ms`;
  return `${numberText(ns / 1e9)} s`;
}

/** How values of a unit are written. */
export function unitText(unit: string): (value: number) => string {
  switch (unit) {
    case 'bytes':
      return (value) => bytesText(Math.round(value));
    case 'bytes/s':
      return (value) => `${bytesText(Math.round(value))}/s`;
    case 'ns':
      return nsText;
    case 'ppm':
      return (value) => `${numberText(value / 10_000)} %`;
    default:
      return axisText;
  }
}

/** A share for a table, in which something small is not nothing. */
export function tableShare(share: number): string {
  return share > 0 && share < 0.0005 ? '< 0.1 %' : shareText(share);
}
