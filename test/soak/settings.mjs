import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    minutes: { type: 'string', default: '240' },
    'server-minutes': { type: 'string' },
    keep: { type: 'string' },
    fuzz: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '300' },
    backend: { type: 'string', default: 'auto' },
    write: { type: 'boolean', default: false },
  },
});

if (flags.only !== undefined && !['services', 'tests'].includes(flags.only))
  throw new Error('--only: expected services or tests');

/** How long both services run together, and the second one of that. */
export const minutes = Number(flags.minutes);
if (!(minutes >= 6)) throw new Error('--minutes: expected 6 or more');
export const serverMinutes = Number(flags['server-minutes'] ?? minutes * 0.3);
if (!(serverMinutes >= 1 && serverMinutes < minutes))
  throw new Error('--server-minutes: expected 1 or more, and less than --minutes');

export const folder = mkdtempSync(join(tmpdir(), 'ethogram-soak-'));
// The service becomes whom it may while it runs: the folder is not for root alone.
chmodSync(folder, 0o755);

/** What broke, in words. */
export const problems = [];

export function say(text) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

/** Says what holds, and keeps what does not. */
export function expect(holds, text) {
  if (!holds) problems.push(text);
  say(`${holds ? 'ok' : 'BROKEN'}: ${text}`);
}
