import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from './fake-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function write(content: string | Uint8Array): string {
  const file = join(folder, `${count++}.toml`);
  writeFileSync(file, content);
  return file;
}

const check = (content: string | Uint8Array) => run(['config', 'check', write(content)]);

describe('a config file', () => {
  test('that is good is listed with lines, its passwords hidden', async () => {
    const { code, stdout } = await check(
      'store = "mongodb://me:se@cr:et@db/x"\n\n[completion]\noutput = "json"\n',
    );
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; value: string; place: string });
    expect(rows.map(({ key, value }) => [key, value])).toEqual([
      ['store', 'mongodb://***@db/x'],
      ['completion.output', 'json'],
    ]);
    expect(rows[1]?.place).toMatch(/:4$/);
    expect(stdout).not.toContain('cr:et');
  });

  test('with a key that does not exist is an error with its line', async () => {
    const { code, stderr } = await check('quiet = true\n[completion]\n\nspeed = 1\n');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ethogram: CLI-1004: .*\.toml:4: expected the name of an option/);
    expect((await check('[cook]\nx = 1\n')).stderr).toMatch(
      /:2: expected the section of a command/,
    );
    expect((await check('"quiet\\u001b[2J" = 1')).stderr).not.toContain('\u001b');
    expect((await check('__proto__ = 1')).code).toBe(2);
    expect((await check('config = "other.toml"')).code).toBe(2);
  });

  test('that is not TOML is an error with line and column', async () => {
    const { code, stderr } = await check('quiet = true\noutput = \n');
    expect(code).toBe(2);
    expect(stderr).toMatch(/CLI-1003: .*\.toml:2:\d+: /);
  });

  test('with a bad value is an error with its line', async () => {
    const { code, stderr } = await check('output = "xml"');
    expect(code).toBe(2);
    expect(stderr).toMatch(/CLI-1002: --output: expected one of .*found "xml" \(.*\.toml:1\)/);
  });

  test('of other bytes, too large, or missing is refused', async () => {
    expect((await check(new Uint8Array([0x61, 0xff, 0xfe]))).stderr).toMatch(/expected UTF-8/);
    expect((await check(`#${'x'.repeat(1 << 20)}`)).stderr).toMatch(/expected at most/);
    expect((await run(['config', 'check', join(folder, 'none')])).code).toBe(2);
    expect((await run(['config', 'check', '/dev/zero'])).code).toBe(2);
    expect((await run(['--config', folder, 'completion', 'bash'])).code).toBe(2);
  });

  test('is read by every command, and a flag is stronger than it', async () => {
    const config = write('output = "csv"');
    expect((await run(['--config', config, 'config', 'check'])).stdout).toMatch(
      /^key,value,place\n/,
    );
    const { stdout } = await run(['config', 'check', '-o', 'json'], { ETHOGRAM_CONFIG: config });
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  test(
    'damaged anyhow never ends in anything but a coded error',
    async () => {
      const valid = [
        'store = "mongodb://me:secret@db/x"\nquiet = true\n\n[completion]\noutput = "json"\n',
        '[record]\ninterval = "1s"\nmatch = "process:*/nginx"\n\n[run]\n"schedule" = \'02:30\'\n',
      ];
      const codes = new Set<number>();
      await fc.assert(
        fc.asyncProperty(mutated(valid), async (bytes) => {
          count = 0;
          const { code, stderr } = await check(bytes);
          codes.add(code);
          expect([0, 2]).toContain(code);
          if (code === 2) expect(stderr).toMatch(/^ethogram: CLI-100[234]: /);
        }),
        { numRuns: fuzzRuns() },
      );
      expect(codes.size).toBe(2);
    },
    fuzzTimeoutMs(),
  );
});
