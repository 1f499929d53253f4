import { appendFile } from 'node:fs/promises';
import { jsonText } from '@ethogram/report';
import type { AlertTarget } from '../delivery.js';

/** A file of JSON lines, opened anew for each of them, so that it may be rotated. */
export function jsonlFileTarget(name: string, path: string): AlertTarget {
  return {
    name,
    send: async (alert) => {
      await appendFile(path, `${jsonText(alert)}\n`, { mode: 0o600 });
      return { outcome: 'taken' };
    },
    close: async () => undefined,
  };
}
