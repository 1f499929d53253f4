import type { Key, RangeOptions } from 'lmdb';

/**
 * Every key of an embedded store, one first letter per kind. Keys are tuples in lmdb's ordered
 * encoding: numbers and texts sort as they compare.
 */
export const keys = Object.freeze({
  /** The version of this layout. */
  format: ['f'] as Key,
  /** Who writes samples. */
  writer: ['w'] as Key,
  recording: (recording: string, host: string): Key => ['r', recording, host],
  /** Keys of the sources of a recording. */
  sources: (recording: string, host: string): Key => ['s', recording, host],
  /** Sequence numbers that a recording has of a boot. */
  runs: (recording: string, host: string, boot: string): Key => ['i', recording, host, boot],
  chunk: (recording: string, host: string, start: number): Key => ['c', recording, host, start],
  tick: (recording: string, host: string, ts: number, boot: string, seq: number): Key => [
    't',
    recording,
    host,
    ts,
    boot,
    seq,
  ],
  pin: (id: string): Key => ['p', id],
  model: (name: string, version: number): Key => ['m', name, version],
  modelText: (name: string, version: number): Key => ['n', name, version],
  modelCounter: (name: string): Key => ['v', name],
  event: (kind: string, id: string): Key => ['e', kind, id],
  eventTime: (kind: string, ts: number, id: string): Key => ['g', kind, ts, id],
  lease: (name: string): Key => ['l', name],
});

/** Sorts after every text that may stand in a key. */
const AFTER_TEXTS = '\u{10ffff}';

/** All keys that begin with a letter and the given texts, where a text follows. */
export function under(letter: string, ...texts: readonly string[]): RangeOptions {
  return { start: [letter, ...texts], end: [letter, ...texts, AFTER_TEXTS] };
}

/** All keys that begin with a letter and the given texts, where a number in `[from, to)` follows. */
export function between(
  letter: string,
  texts: readonly string[],
  from = Number.MIN_SAFE_INTEGER,
  to = Number.MAX_SAFE_INTEGER,
): RangeOptions {
  return { start: [letter, ...texts, from], end: [letter, ...texts, to] };
}
