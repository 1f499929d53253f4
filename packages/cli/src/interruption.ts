import type { Terminal } from './output/terminal.js';

const CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = Object.freeze({
  SIGINT: 130,
  SIGTERM: 143,
});

/** Signals of the terminal: the first asks to stop, the second ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 or 143 after a signal. */
  exitCode(): number | undefined;
  /** Asks to stop without a signal; the exit code stays what the command says. */
  stop(): void;
  close(): void;
}

/** Listens for SIGINT and SIGTERM until closed. */
export function watchSignals(terminal: Pick<Terminal, 'signals' | 'exit'>): Interruption {
  const controller = new AbortController();
  let received: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const code = CODES[signal] ?? 1;
    if (received !== undefined) {
      terminal.exit(code);
      return;
    }
    received = code;
    controller.abort();
  };
  for (const signal of Object.keys(CODES)) terminal.signals.on(signal as NodeJS.Signals, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => received,
    stop: () => controller.abort(),
    close: () => {
      for (const signal of Object.keys(CODES)) {
        terminal.signals.off(signal as NodeJS.Signals, onSignal);
      }
    },
  };
}
