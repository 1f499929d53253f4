import { readFileSync, readlinkSync } from 'node:fs';
import { EthogramError } from '@ethogram/core';
import { storeErrors } from '../../errors.js';
import type { LmdbEnvironment } from './environment.js';
import { keys } from './keys.js';

const SEEN_EVERY_MS = 30_000;
/** A writer whose life cannot be looked up is given up when it was not seen for this long. */
const GIVEN_UP_AFTER_MS = 120_000;

/** Who writes, so that a number used again by another process is not taken for it. */
interface Writer {
  readonly pid: number;
  /** When the process started, in the kernel's clock ticks since boot. */
  readonly started: string;
  readonly bootId: string;
  /** The PID namespace in which `pid` means something. */
  readonly pidNamespace: string;
  readonly seenAt: number;
}

/**
 * Makes this process the only writer of samples, until the environment closes. A writer that was
 * killed is recognised by its pid and start time and replaced.
 * @throws STORE-1003 while another writer lives.
 */
export function takeWriterLock(environment: LmdbEnvironment, nowMs: () => number): void {
  const me = { ...describeProcess(process.pid), pid: process.pid };
  const put = (): void => {
    environment.commit((db) => {
      const other = readWriter(db.getBinary(keys.writer));
      if (other && alive(other, me, nowMs()) && !same(other, me)) {
        throw refusal(environment.path, other);
      }
      db.put(keys.writer, Buffer.from(JSON.stringify({ ...me, seenAt: nowMs() })));
    });
  };
  environment.commit((db) => {
    const other = readWriter(db.getBinary(keys.writer));
    if (other && alive(other, me, nowMs())) throw refusal(environment.path, other);
    db.put(keys.writer, Buffer.from(JSON.stringify({ ...me, seenAt: nowMs() })));
  });
  environment.every(SEEN_EVERY_MS, () => unlessFull(put));
  environment.beforeClose(() =>
    unlessFull(() => {
      environment.commit((db) => {
        db.remove(keys.writer);
      });
    }),
  );
}

/** On a full disk the lock stays as it is: it is seen to be left when its process has ended. */
function unlessFull(write: () => void): void {
  try {
    write();
  } catch (failure) {
    if (!(failure instanceof EthogramError) || failure.code !== 'STORE-1010') throw failure;
  }
}

function refusal(path: string, other: Writer): Error {
  return storeErrors.make('STORE-1003', `${path} is being written by process ${other.pid}`, {
    details: { pid: other.pid },
  });
}

function readWriter(bytes: Buffer | undefined): Writer | undefined {
  return bytes ? (JSON.parse(bytes.toString()) as Writer) : undefined;
}

function same(a: Writer, b: Omit<Writer, 'seenAt'>): boolean {
  return a.pid === b.pid && a.started === b.started && a.pidNamespace === b.pidNamespace;
}

function alive(other: Writer, me: Omit<Writer, 'seenAt'>, nowMs: number): boolean {
  if (other.bootId !== me.bootId) return false;
  if (other.pidNamespace !== me.pidNamespace) return nowMs - other.seenAt < GIVEN_UP_AFTER_MS;
  return describeProcess(other.pid).started === other.started;
}

/** What tells a process from a later one of the same pid; `started` is empty where there is none. */
function describeProcess(pid: number): Omit<Writer, 'pid' | 'seenAt'> {
  return {
    started: startTime(pid),
    bootId: firstLine('/proc/sys/kernel/random/boot_id'),
    pidNamespace: link('/proc/self/ns/pid'),
  };
}

function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command may hold blanks and parentheses; the fields after it do not.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_AFTER_COMMAND] ?? '';
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat (proc(5)), counted from the third, which follows the command. */
const START_TIME_AFTER_COMMAND = 19;

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
