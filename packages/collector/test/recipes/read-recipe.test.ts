import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownedByRoot, readRecipe } from '../../src/recipes/read-recipe.js';

/** Whoever runs the test stands in for root. */
const asRoot: typeof ownedByRoot = (stats) =>
  ownedByRoot(Object.assign(stats, { uid: stats.uid === process.getuid?.() ? 0 : stats.uid }));

describe('trusting a recipe', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-recipe-'));
    path = join(folder, 'calls.bt');
    writeFileSync(path, '#!/usr/bin/env bpftrace\nk:f { @x = count(); }\n', { mode: 0o644 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const refused = (message: string) =>
    expect.objectContaining({
      code: 'COLLECT-1002',
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  const attempt = (file: string) => {
    try {
      return readRecipe(file, asRoot);
    } catch (error) {
      return error;
    }
  };

  it('names it by its file and hands on its text without the interpreter line', () => {
    expect(readRecipe(path, asRoot)).toMatchObject({
      name: 'calls',
      text: '\nk:f { @x = count(); }\n',
    });
  });

  it('refuses what the group or others may write', () => {
    for (const mode of [0o664, 0o646, 0o666]) {
      chmodSync(path, mode);
      expect(attempt(path)).toEqual(refused(`mode 0${mode.toString(8)}`));
    }
  });

  it('refuses what does not belong to root', () => {
    const stats = { isFile: () => true, uid: 1000, mode: 0o100644 };
    expect(ownedByRoot(stats as Parameters<typeof ownedByRoot>[0])).toContain('owner 1000');
  });

  it('refuses symbolic links, folders, what is missing and what is too large', () => {
    const link = join(folder, 'link.bt');
    symlinkSync(path, link);
    expect(attempt(link)).toEqual(refused('cannot be opened'));
    mkdirSync(join(folder, 'folder.bt'));
    expect(attempt(join(folder, 'folder.bt'))).toEqual(refused('regular file'));
    expect(attempt(join(folder, 'nowhere.bt'))).toEqual(refused('cannot be opened'));
    writeFileSync(path, ' '.repeat(65_537));
    expect(attempt(path)).toEqual(refused('at most 65536 bytes'));
  });

  it('says which line of a program is no recipe', () => {
    writeFileSync(path, 'k:f { @x = count(); }\ninterval:s:1 { clear(@x); }\n');
    expect(attempt(path)).toEqual(refused('calls.bt:2: '));
  });
});
