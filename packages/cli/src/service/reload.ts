import { printable } from '@ethogram/report';
import type { CommandContext, Reread } from '../command.js';
import { flagName } from '../options/option.js';
import { codedError } from '../output/print-error.js';
import type { Terminal } from '../output/terminal.js';

/** Listens for SIGHUP, which daemons take as "read your config again". */
export interface Hangup {
  /** Whether there was one since the last time this was asked. */
  take(): boolean;
  close(): void;
}

/** Begins to listen; without this a SIGHUP would end the process. */
export function watchHangup({ signals }: Pick<Terminal, 'signals'>): Hangup {
  let asked = false;
  const onHangup = () => {
    asked = true;
  };
  signals.on('SIGHUP', onHangup);
  return {
    take: () => {
      const was = asked;
      asked = false;
      return was;
    },
    close: () => {
      signals.off('SIGHUP', onHangup);
    },
  };
}

/**
 * Reads flags, environment and config file again and hands them on; where the file is not good, all
 * stays as it was, and it is said why.
 * @param started the options that the service was started with.
 * @param live keys of options that can be changed while it runs.
 * @param apply takes over what was read; where it throws, nothing may have been changed.
 * @returns whether it was taken over.
 */
export async function reload(
  { reread, notices }: Pick<CommandContext, 'reread' | 'notices'>,
  started: Readonly<Record<string, unknown>>,
  live: readonly string[],
  apply: (again: Reread) => Promise<void>,
): Promise<boolean> {
  try {
    const again = reread();
    await apply(again);
    const fixed = Object.keys(again.options)
      .filter((key) => !live.includes(key))
      .filter((key) => JSON.stringify(again.options[key]) !== JSON.stringify(started[key]))
      .map((key) => `--${flagName(key)}`);
    const rest = fixed.length > 0 ? `; only a restart changes ${fixed.join(', ')}` : '';
    notices.note(`config read again${rest}`);
    return true;
  } catch (failure) {
    const { code, message } = codedError(failure);
    notices.warn(`config not taken over, all stays as it was: ${code}: ${printable(message)}`);
    return false;
  }
}
