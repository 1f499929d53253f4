import type { ReadOptions } from './read-options.js';
import { parseTimestamp } from './timestamp.js';

const DAY_MS = 86_400_000;
const TIME_OF_DAY = /^(\d\d):(\d\d):(\d\d)$/;
/** DTrace's `%Y`: `2026 May  1 00:00:00`. */
const DTRACE = /^(\d{4}) ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d)$/;
/** A printed number below this is a number; seconds since 1970 passed it in 1973. */
const FIRST_EPOCH = 1e8;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Times as tracers print them. */
export class TraceClock {
  readonly #startMs: number | undefined;
  readonly #intervalMs: number;
  #lastMs: number | undefined;

  constructor(options: Pick<ReadOptions, 'startMs' | 'intervalMs'>) {
    this.#startMs = options.startMs;
    this.#intervalMs = options.intervalMs ?? 1000;
  }

  /**
   * The instant that a text names, milliseconds UTC; `undefined` where it is no time. A time of
   * day alone (bpftrace's `time()`) needs a start, and is taken for the first after it, then for
   * the first after the one before.
   */
  read(text: string): number | undefined {
    if (Number(text) < FIRST_EPOCH) return undefined;
    const ts = this.#timeOfDay(text) ?? parseTimestamp(dtraceTime(text) ?? text);
    if (ts !== undefined) this.#lastMs = ts;
    return ts;
  }

  /** The instant of a tick that says none. */
  row(index: number): number {
    return (this.#startMs ?? 0) + index * this.#intervalMs;
  }

  #timeOfDay(text: string): number | undefined {
    const match = TIME_OF_DAY.exec(text);
    const after = this.#lastMs ?? this.#startMs;
    if (!match || after === undefined) return undefined;
    const [, hours, minutes, seconds] = match;
    const ofDay = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    const ts = Math.floor(after / DAY_MS) * DAY_MS + ofDay;
    // The start may be told to the millisecond where the print has whole seconds only.
    return ts + 1000 <= after ? ts + DAY_MS : ts;
  }
}

function dtraceTime(text: string): string | undefined {
  const match = DTRACE.exec(text);
  if (!match) return undefined;
  const month = MONTHS.indexOf(match[2] as string) / 3 + 1;
  const pad = (n: number | string | undefined): string => String(n).padStart(2, '0');
  return `${match[1]}-${pad(month)}-${pad(match[3])}T${match[4]}Z`;
}
