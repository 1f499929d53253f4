import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { lastLine, start } from './child.js';
import { processTree } from './process-cost.js';

const run = promisify(execFile);

/** How many processes call, each under a name of its own. */
export const PROCESSES = 300;
/** Calls a second of all of them together; half are `getppid`. */
export const CALLS_PER_SECOND = 1_000_000;
/** The beginning of their names. */
export const CALLER = 'caller';

/** The processes that call at a known rate. */
export interface Callers {
  /** Calls made by all of them so far. */
  made(): number;
  /** How many of them run. */
  alive(): number;
  stop(): Promise<void>;
}

function callerArguments(folder: string, seconds: number): string[] {
  mkdirSync(folder, { recursive: true });
  return [folder, ...[PROCESSES, CALLS_PER_SECOND, seconds].map(String)];
}

/**
 * Starts the callers, which end by themselves after so many seconds.
 * @param program the built `callers`.
 * @param folder for the names and the progress; on the same file system as the program.
 */
export async function startCallers(
  program: string,
  folder: string,
  seconds: number,
): Promise<Callers> {
  const running = await start(program, callerArguments(folder, seconds), {
    ready: 'started',
    signal: 'SIGTERM',
  });
  return {
    made: () => {
      const progress = readFileSync(`${folder}/progress`);
      let made = 0n;
      for (let at = 0; at < progress.length; at += 8) made += progress.readBigInt64LE(at);
      return Number(made);
    },
    alive: () => processTree(running.pid).length - 1,
    stop: () => running.stop(),
  };
}

/**
 * Lets the callers run to their end.
 * @returns the `getppid` that they made.
 */
export async function runCallers(
  program: string,
  folder: string,
  seconds: number,
): Promise<number> {
  const { stdout } = await run(program, callerArguments(folder, seconds));
  return Number(lastLine(stdout));
}
