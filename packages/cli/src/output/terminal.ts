import type { Readable } from 'node:stream';
import type { Clock } from '@ethogram/core';
import { systemClock } from '@ethogram/core';

/** A stream that may be a terminal. */
export interface OutputStream {
  write(data: string | Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  off(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where signals come from. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/** The process around the program, as a parameter. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly isRoot: boolean;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The process that this program is. */
export function processTerminal(): Terminal {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    clock: systemClock,
    isRoot: process.getuid?.() === 0,
    signals: process,
    exit: (code) => process.exit(code),
  };
}

/** Whether a stream may be coloured: a terminal, unless NO_COLOR is set (https://no-color.org). */
export function mayColour(stream: OutputStream, env: Terminal['env']): boolean {
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
