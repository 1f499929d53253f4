import {
  ansiStyle,
  durationText,
  plainStyle,
  printable,
  type Style,
  shareText,
} from '@ethogram/report';
import { mayColour, type Terminal } from './terminal.js';

/** How far a long job is. */
interface Progress {
  /** @param done and `total` in any unit; a total of 0 is not known yet. */
  update(done: number, total: number, label?: string): void;
  /** Ends the line. */
  finish(): void;
}

/** What is said on standard error; `--quiet` leaves warnings and errors only. */
export interface Notices {
  readonly style: Style;
  note(text: string): void;
  warn(text: string): void;
  /** A line that is rewritten on a terminal, and said every 10 s elsewhere. */
  status(text: string): void;
  progress(label: string): Progress;
  /** Clears a status line that stands, so that other text can follow. */
  clear(): void;
}

const BAR_WIDTH = 24;
const TTY_EVERY_NS = 100_000_000n;
const PLAIN_EVERY_NS = 5_000_000_000n;
const STATUS_EVERY_NS = 10_000_000_000n;

/** Notices on the terminal's standard error. */
export function createNotices(
  terminal: Pick<Terminal, 'stderr' | 'env' | 'clock'>,
  quiet: boolean,
): Notices {
  const { stderr, clock } = terminal;
  const isTty = stderr.isTTY === true;
  const style = mayColour(stderr, terminal.env) ? ansiStyle : plainStyle;
  let standing = false;
  let saidAt: bigint | undefined = isTty ? undefined : clock.monotonicNs();
  const clear = () => {
    if (standing) stderr.write('\r\u001b[K');
    standing = false;
  };
  const line = (text: string) => {
    clear();
    stderr.write(`${text}\n`);
  };
  const transient = (text: string, everyNs: bigint, force = false) => {
    const now = clock.monotonicNs();
    const interval = isTty ? TTY_EVERY_NS : everyNs;
    if (quiet || (!force && saidAt !== undefined && now - saidAt < interval)) return;
    saidAt = now;
    if (!isTty) {
      line(text);
      return;
    }
    stderr.write(`\r${fit(text, (stderr.columns || 80) - 1)}\u001b[K`);
    standing = true;
  };
  return {
    style,
    clear,
    note: (text) => {
      if (!quiet) line(text);
    },
    warn: (text) => line(`${style.warning('warning:')} ${text}`),
    status: (text) => transient(text, STATUS_EVERY_NS),
    progress: (label) => {
      const startedNs = clock.monotonicNs();
      let last = '';
      saidAt = isTty ? undefined : startedNs;
      return {
        update: (done, total, step) => {
          const elapsedMs = Number(clock.monotonicNs() - startedNs) / 1e6;
          last = progressLine(step ? `${label}: ${step}` : label, done, total, elapsedMs, isTty);
          transient(last, PLAIN_EVERY_NS);
        },
        finish: () => {
          if (isTty) clear();
          else if (last) transient(last, PLAIN_EVERY_NS, true);
        },
      };
    },
  };
}

/** One line of progress with the time that is left, by the pace so far. */
function progressLine(
  label: string,
  done: number,
  total: number,
  elapsedMs: number,
  isTty: boolean,
): string {
  const name = printable(label);
  if (total <= 0) return `${name} … ${durationText(elapsedMs)}`;
  const share = Math.min(1, Math.max(0, done / total));
  const left =
    share > 0.01 && share < 1 ? `, ${durationText((elapsedMs * (1 - share)) / share)} left` : '';
  const bar = isTty ? `[${'='.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, ' ')}] ` : '';
  return `${name} ${bar}${shareText(share)}${left}`;
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
