import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Programs that come and go: short, forking, and with a file or two. */
const PROGRAMS = [
  ['true', []],
  ['sh', ['-c', 'for i in 1 2 3 4 5; do true & done; wait']],
  ['sh', ['-c', 'cat /etc/hostname > /dev/null; sleep 0.05']],
  ['ls', ['/usr/bin']],
];
const EVERY_MS = 50;
const MOST_AT_ONCE = 16;

/** Starts some twenty short programs a second until it is stopped; at most a few at once. */
export function startChurn() {
  let spawned = 0;
  let running = 0;
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      await delay(EVERY_MS);
      if (running >= MOST_AT_ONCE) continue;
      const [program, args] = PROGRAMS[spawned % PROGRAMS.length];
      running++;
      spawned++;
      const child = spawn(program, args, { stdio: 'ignore' });
      const over = () => {
        running--;
      };
      child.on('error', over);
      child.on('close', over);
    }
  })();
  return {
    spawned: () => spawned,
    stop: async () => {
      stopped = true;
      await loop;
    },
  };
}
