import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { whomToBecome } from '../src/collect/whom-to-become.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-whom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('root becomes the user it is told to, by name', () => {
  const nobody = whomToBecome({ user: 'nobody', folder });
  expect(nobody?.uid).toBeGreaterThan(0);
  expect(nobody?.gid).toBeGreaterThan(0);
});

test.each(['nobody-of-that-name', 'root', '0', '-x', '--help'])(
  'who is asked for as %j cannot be become',
  (user) => {
    expect(() => whomToBecome({ user, folder })).toThrow(/--user .*: expected a user of this host/);
  },
);

test('without a name it is who owns the store, or the folder that it will be in; root stays root', () => {
  const { uid } = statSync(folder);
  const found = whomToBecome({ user: undefined, folder: join(folder, 'not', 'yet', 'there') });
  expect(found?.uid).toBe(uid === 0 ? undefined : uid);
  expect(whomToBecome({ user: undefined, folder: undefined })).toBeUndefined();
});
