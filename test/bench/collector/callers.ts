import { mkdirSync, readFileSync } from 'node:fs';
import { lastLine, start } from './child.js';
import { processTree } from './process-cost.js';

/** How many processes call, each under a name of its own. */
export const PROCESSES = 300;
/** Calls a second of all of them together; half are `getppid`. */
export const CALLS_PER_SECOND = 1_000_000;
/** The beginning of their names. */
export const CALLER = 'caller';

/** The processes that call at a known rate. */
export interface Callers {
  /** Lets them call; until then they wait. */
  begin(): void;
  /** Calls made by all of them so far. */
  made(): number;
  /** How many of them run. */
  alive(): number;
  /** Waits until all have ended by themselves: the `getppid` that they made. */
  ended(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts the callers, which end by themselves so many seconds after they began.
 * @param program the built `callers`.
 * @param folder for the names and the progress; on the same file system as the program.
 */
export async function startCallers(
  program: string,
  folder: string,
  seconds: number,
): Promise<Callers> {
  mkdirSync(folder, { recursive: true });
  const args = [folder, ...[PROCESSES, CALLS_PER_SECOND, seconds].map(String)];
  const running = await start(program, args, { ready: 'started', signal: 'SIGTERM' });
  return {
    begin: () => running.tell('begin'),
    made: () => {
      const progress = readFileSync(`${folder}/progress`);
      let made = 0n;
      for (let at = 0; at < progress.length; at += 8) made += progress.readBigInt64LE(at);
      return Number(made);
    },
    alive: () => processTree(running.pid).length - 1,
    ended: async () => {
      await running.ended();
      return Number(lastLine(running.output()));
    },
    stop: () => running.stop(),
  };
}
