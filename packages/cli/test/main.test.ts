import { describe, expect, test } from 'vitest';
import { commands } from '../src/commands.js';
import { watchSignals } from '../src/interruption.js';
import { main } from '../src/main.js';
import { fakeTerminal, run } from './fake-terminal.js';

describe('help', () => {
  test('goes to standard output with exit 0 and names every command', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const { name } of commands) expect(stdout).toContain(name.split(' ')[0]);
  });

  test('of a command shows its options, defaults and examples', async () => {
    for (const command of commands) {
      const { code, stdout } = await run([...command.name.split(' '), '--help']);
      expect(code, command.name).toBe(0);
      expect(stdout).toContain('Examples:');
      for (const { run: line } of command.examples) expect(stdout).toContain(line);
      expect(stdout).toContain('ETHOGRAM_STORE_FILE');
    }
  });

  test('the version is the one of the package', async () => {
    const { code, stdout } = await run(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('usage errors', () => {
  test.each([
    [[]],
    [['models']],
    [['cook']],
    [['record', '--speed-of-light']],
    [['record', '--interval']],
    [['record', 'extra']],
    [['completion']],
    [['completion', 'cmd.exe']],
    [['graph']],
  ])('%j exits with 2 and a coded error on standard error', async (argv) => {
    const { code, stdout, stderr } = await run(argv);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/ethogram: CLI-1001: /);
    expect(stderr).toMatch(/\n {2}\S/);
  });

  test('a misspelt flag is told what was probably meant', async () => {
    expect((await run(['record', '--intervall', '1s'])).stderr).toMatch(/--interval/);
  });

  test('a bad value names the flag and what was expected', async () => {
    const { code, stderr } = await run(['record', '--interval', 'soon\u001b[2J']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/CLI-1002: --interval: expected a duration/);
    expect(stderr).not.toContain('\u001b');
  });

  test('two places for the store are refused, unless one is stronger', async () => {
    const both = ['recordings', '--store', 'memory:', '--store-file', '/nonexistent'];
    expect((await run(both)).stderr).toMatch(/CLI-1002: expected one of/);
    const { code } = await run(['recordings', '--store', 'memory:'], {
      ETHOGRAM_STORE_FILE: '/nonexistent',
    });
    expect(code).toBe(0);
  });
});

describe('global options', () => {
  test('stand before or after the command', async () => {
    for (const argv of [
      ['--store', 'memory:', '-o', 'csv', 'recordings'],
      ['recordings', '--store', 'memory:', '-o', 'csv'],
    ]) {
      expect((await run(argv)).stdout).toBe('name,host,from,to,ticks,sources,lost\n');
    }
  });

  test('without -o, data is a table on a terminal and JSON lines elsewhere', async () => {
    expect((await run(['recordings', '--store', 'memory:'])).stdout).toBe('');
    const terminal = fakeTerminal({ isTTY: true, env: { NO_COLOR: '1' } });
    await main(['recordings', '--store', 'memory:'], terminal);
    expect(terminal.stdout.text).toMatch(/^NAME +HOST/);
  });

  test('NO_COLOR takes the colour away', async () => {
    const coloured = fakeTerminal({ isTTY: true });
    await main(['recordings', '--store', 'memory:'], coloured);
    expect(coloured.stdout.text).toContain('\u001b[1m');
    const plain = fakeTerminal({ isTTY: true, env: { NO_COLOR: '1' } });
    await main(['recordings', '--store', 'memory:'], plain);
    expect(plain.stdout.text).not.toContain('\u001b');
  });

  test('--log-level debug logs to standard error only, and shows the stack of an error', async () => {
    const { stdout, stderr } = await run(
      ['recordings', '--store', 'memory:', '--log-level', 'debug'],
      { ETHOGRAM_UNKNOWN: '1' },
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('"store opened"');
    expect(stderr).toContain('ETHOGRAM_UNKNOWN');
    const failed = await run([
      'graph',
      '--model',
      'x',
      '--log-level',
      'debug',
      '--store',
      'memory:',
    ]);
    expect(failed.stderr).toMatch(/ {4}at /);
  });
});

describe('a reader that goes away', () => {
  test('ends the output without an error', async () => {
    const terminal = fakeTerminal();
    const write = terminal.stdout.write.bind(terminal.stdout);
    terminal.stdout.write = (text) => {
      terminal.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return write(text);
    };
    expect(await main(['config', 'check', '/dev/null', '-o', 'csv'], terminal)).toBe(0);
    expect(terminal.stderr.text).not.toMatch(/EPIPE/);
  });
});

describe('signals', () => {
  test('the first asks to stop, the second ends the process at once', () => {
    const terminal = fakeTerminal();
    const interruption = watchSignals(terminal);
    terminal.signals.emit('SIGTERM', 'SIGTERM');
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.exitCode()).toBe(143);
    expect(terminal.exits).toEqual([]);
    terminal.signals.emit('SIGINT', 'SIGINT');
    expect(terminal.exits).toEqual([130]);
    interruption.close();
    expect(terminal.signals.listenerCount('SIGINT')).toBe(0);
  });
});
