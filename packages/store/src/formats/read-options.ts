import type { SourceId } from '@ethogram/core';
import type { Refuse } from './errors.js';

/** What a reader of one format needs beside the bytes. */
export interface ReadOptions {
  /** The file as the user named it, for messages. */
  readonly file: string;
  readonly refuse: Refuse;
  /** The host of what names none. */
  readonly host: string;
  /** Everything becomes metrics of this source. */
  readonly source?: SourceId;
  /** When data without times begin, milliseconds UTC; the first row is at that instant. */
  readonly startMs?: number;
  /** How far rows without times are apart, milliseconds. */
  readonly intervalMs?: number;
}
