import { readdirSync, readFileSync } from 'node:fs';

/** How many processes there are, and of how many the I/O may not be read. */
export interface Denied {
  readonly denied: number;
  readonly of: number;
}

/**
 * Counts the processes whose `/proc/PID/io` we may not read, kernel threads included; those that
 * end meanwhile count nowhere.
 */
export function countDenied(procRoot: string): Denied {
  let denied = 0;
  let of = 0;
  for (const pid of listOr(procRoot)) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      readFileSync(`${procRoot}/${pid}/io`);
      of++;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== 'EACCES' && code !== 'EPERM') continue;
      denied++;
      of++;
    }
  }
  return { denied, of };
}

function listOr(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
