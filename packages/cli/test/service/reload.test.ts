import { EventEmitter } from 'node:events';
import { plainStyle } from '@ethogram/report';
import { expect, test } from 'vitest';
import type { Reread } from '../../src/command.js';
import { cliErrors } from '../../src/errors.js';
import type { Notices } from '../../src/output/notices.js';
import { reload, watchHangup } from '../../src/service/reload.js';

function speaking(): { readonly notices: Notices; readonly said: string[] } {
  const said: string[] = [];
  const progress = { update: () => undefined, finish: () => undefined };
  return {
    said,
    notices: {
      style: plainStyle,
      note: (text) => said.push(text),
      warn: (text) => said.push(`warning: ${text}`),
      status: () => undefined,
      progress: () => progress,
      clear: () => undefined,
    },
  };
}

const again = (options: Readonly<Record<string, unknown>>): Reread => ({
  globals: {} as Reread['globals'],
  options,
  config: undefined,
});

test('SIGHUP asks once, and no longer after the end', () => {
  const signals = new EventEmitter();
  const hangup = watchHangup({ signals });
  expect(hangup.take()).toBe(false);
  signals.emit('SIGHUP');
  signals.emit('SIGHUP');
  expect([hangup.take(), hangup.take()]).toEqual([true, false]);
  hangup.close();
  expect(signals.listenerCount('SIGHUP')).toBe(0);
});

test('what was read again is taken over, and what only a restart changes is named', async () => {
  const { notices, said } = speaking();
  const taken: unknown[] = [];
  const reread = () => again({ maxAge: 2, maxSources: 9 });
  const isTaken = await reload(
    { reread, notices },
    { maxAge: 1, maxSources: 5 },
    ['maxAge'],
    async ({ options }) => void taken.push(options),
  );
  expect([isTaken, taken]).toEqual([true, [{ maxAge: 2, maxSources: 9 }]]);
  expect(said).toEqual(['config read again; only a restart changes --max-sources']);
});

test('a file that is not good changes nothing, and it is said why', async () => {
  const { notices, said } = speaking();
  const reread = () => {
    throw cliErrors.make('CLI-1003', 'config.toml:3:1: expected a key');
  };
  const isTaken = await reload({ reread, notices }, {}, [], async () => {
    throw new Error('never reached');
  });
  expect(isTaken).toBe(false);
  expect(said).toEqual([
    'warning: config not taken over, all stays as it was: CLI-1003: config.toml:3:1: expected a key',
  ]);
});
