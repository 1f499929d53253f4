import { afterEach, describe, expect, test, vi } from 'vitest';
import { keptText, privilegeSteps } from '../src/collect/privileges.js';
import { run } from './fake-terminal.js';

describe('options of measuring that do not go together are refused, not passed over', () => {
  test.each([
    [
      ['--from-recording', 'r'],
      /expected --backend replay with --from-recording, found --backend auto/,
    ],
    [['--speed', '60', '--backend', 'procfs'], /expected --backend replay with --speed/],
    [['--backend', 'replay', '--from-recording', 'r', '--recipe', 'x.bt'], /with --recipe/],
    [['--backend', 'procfs', '--latency'], /expected --backend ebpf or auto with --latency/],
    [['--user', 'nobody', '--keep-ptrace'], /expected --user or --keep-ptrace, found both/],
  ])('record %j', async (flags, expected) => {
    const ran = await run(['record', '--store', 'memory:', ...flags]);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^ethogram: CLI-100[12]: /);
    expect(ran.stderr).toMatch(expected);
  });
});

describe('whom a process goes on as', () => {
  afterEach(() => vi.restoreAllMocks());
  const steps = (user: string) =>
    privilegeSteps({ user, keepPtrace: false }, 'memory:', () => undefined);

  test('without being root it can only be who it is', () => {
    vi.spyOn(process, 'geteuid').mockReturnValue(4_000_000);
    expect(() => steps('nobody')).toThrow(/--user nobody: expected to be started as root/);
    vi.spyOn(process, 'geteuid').mockReturnValue(65_534);
    expect(() => steps('nobody')).not.toThrow();
    expect(() => steps('nobody-of-that-name')).toThrow(/expected a user of this host/);
  });

  test('it says which capabilities it kept, of those that every thread has', () => {
    const [read, trace] = [1n << 2n, 1n << 19n];
    const threads = (...masks: bigint[]) => masks.map((capabilities) => ({ capabilities }));
    expect(keptText(threads(read | trace, read | trace))).toBe(
      'CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH kept',
    );
    expect(keptText(threads(read | trace, trace))).toBe('CAP_SYS_PTRACE kept');
    expect(keptText(threads(0n))).toMatch(/^without CAP_SYS_PTRACE or CAP_DAC_READ_SEARCH/);
    expect(keptText([])).toMatch(/^without/);
  });
});
