import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { manualClock } from '@ethogram/core';
import { main } from '../src/index.js';
import type { OutputStream, Terminal } from '../src/output/terminal.js';

/** A stream that remembers. */
export class FakeStream extends EventEmitter implements OutputStream {
  text = '';
  readonly #decoder = new TextDecoder();

  constructor(readonly isTTY = false) {
    super();
  }

  write(data: string | Uint8Array): boolean {
    this.text += this.#decoder.decode(Buffer.from(data), { stream: true });
    return true;
  }
}

/** A terminal in memory; `exits` are the codes of forced ends. */
export interface FakeTerminal extends Terminal {
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
  readonly signals: EventEmitter;
  readonly clock: ReturnType<typeof manualClock>;
  readonly exits: number[];
}

/** A terminal that reads no file of this machine: its folders do not exist. */
export function fakeTerminal(
  options: { readonly env?: Record<string, string>; readonly isTTY?: boolean } = {},
): FakeTerminal {
  const exits: number[] = [];
  return {
    stdin: Readable.from([]),
    stdout: new FakeStream(options.isTTY),
    stderr: new FakeStream(options.isTTY),
    env: { XDG_CONFIG_HOME: '/nonexistent', HOME: '/nonexistent', ...options.env },
    clock: manualClock(Date.UTC(2026, 4, 1)),
    isRoot: false,
    signals: new EventEmitter(),
    exit: (code) => exits.push(code),
    exits,
  };
}

/** What a run in memory left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in this process. */
export async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const terminal = fakeTerminal({ env });
  const code = await main(argv, terminal);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}
