import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from '../src/commands.js';
import { SHELLS, shellCompletion } from '../src/completion/shell-completion.js';
import { flagName } from '../src/options/option.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function scriptOf(shell: (typeof SHELLS)[number]): string {
  const file = join(folder, shell);
  writeFileSync(file, shellCompletion(shell, commands));
  return file;
}

/** What bash offers for a line whose last word is being typed. */
function offered(...words: string[]): string[] {
  const line = ['ethogram', ...words].map((word) => `'${word}'`).join(' ');
  const { stdout, stderr, status } = spawnSync(
    'bash',
    [
      '--norc',
      '-c',
      `source ${scriptOf('bash')}; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _ethogram; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  test('offers commands, subcommands and flags', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['record', 'train', 'graph', 'models']));
    expect(offered('rec')).toEqual(['record', 'recordings']);
    expect(offered('models', '')).toContain('rollback');
    expect(offered('record', '--int')).toEqual(['--interval']);
    expect(offered('record', '--interval', '1s', '--sto')).toEqual(['--store', '--store-file']);
  });

  test('offers the values of a flag that has a choice, and nothing where it has none', () => {
    expect(offered('graph', '--format', 'd')).toEqual(['dot']);
    expect(offered('-o', 'js')).toEqual(['json', 'jsonl']);
    expect(offered('record', '--interval', '')).toEqual([]);
  });
});

describe('completion scripts', () => {
  test.each(SHELLS)('for %s know every command and flag', (shell) => {
    const script = shellCompletion(shell, commands);
    for (const command of commands) {
      for (const word of command.name.split(' ')) expect(script).toContain(word);
      for (const key of Object.keys(command.options)) expect(script).toContain(flagName(key));
    }
  });

  for (const shell of SHELLS) {
    test(`for ${shell} are good syntax`, (context) => {
      const result = spawnSync(shell, ['-n', scriptOf(shell)], { encoding: 'utf8' });
      if (result.error) context.skip(`${shell} is not installed`);
      expect(result.stderr).toBe('');
      expect(result.status).toBe(0);
    });
  }
});
