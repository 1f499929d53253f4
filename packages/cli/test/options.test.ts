import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from '../src/commands.js';
import { readConfigFile } from '../src/options/config-file.js';
import { globalOptions } from '../src/options/global-options.js';
import { choice, duration, integer, percent, rate, timeSpan } from '../src/options/kinds.js';
import { flag, list, option, variableName } from '../src/options/option.js';
import { resolveOptions } from '../src/options/resolve-options.js';

const specs = {
  interval: option(duration(10, 60_000), { default: '1s', help: 'how often' }),
  maxSources: option(integer(1, 1_000), { help: 'how many' }),
  all: flag({ help: 'everything' }),
  exclude: list(timeSpan, { help: 'what not' }),
};

const folder = mkdtempSync(join(tmpdir(), 'ethogram-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function config(text: string): ReturnType<typeof readConfigFile> {
  const file = join(mkdtempSync(join(folder, 'c-')), 'c.toml');
  writeFileSync(file, text);
  return readConfigFile(file);
}

const none = { flags: {}, env: {}, config: undefined };

describe('the precedence of options', () => {
  const file = config('interval = "4s"\nmax-sources = 40\n[record]\ninterval = "3s"\n');
  const env = { ETHOGRAM_INTERVAL: '2s' };

  test('flag, then environment, then the section of the command, then the top, then the default', () => {
    const section = ['record'];
    const of = (sources: Partial<typeof none> & object, words: string[] = section) =>
      resolveOptions(specs, words, { ...none, ...sources })['interval'];
    expect(of({ flags: { interval: '5s' }, env, config: file })).toBe(5_000);
    expect(of({ env, config: file })).toBe(2_000);
    expect(of({ config: file })).toBe(3_000);
    expect(of({ config: file }, ['score'])).toBe(4_000);
    expect(of({})).toBe(1_000);
  });

  test('an empty variable is not set', () => {
    expect(resolveOptions(specs, [], { ...none, env: { ETHOGRAM_INTERVAL: '' } })['interval']).toBe(
      1_000,
    );
  });

  test('options without default may be absent; flags are false, lists are empty', () => {
    expect(resolveOptions(specs, [], none)).toEqual({
      interval: 1_000,
      maxSources: undefined,
      all: false,
      exclude: [],
    });
  });

  test('flags and lists can stand in the environment and the file', () => {
    const values = resolveOptions(specs, [], {
      flags: {},
      env: { ETHOGRAM_ALL: '1', ETHOGRAM_EXCLUDE: '-2h/-1h,-30m/now' },
      config: undefined,
    });
    expect(values['all']).toBe(true);
    expect(values['exclude']).toHaveLength(2);
    const fromFile = resolveOptions(specs, [], {
      ...none,
      config: config('all = true\nexclude = ["-2h/-1h"]'),
    });
    expect(fromFile['all']).toBe(true);
    expect(fromFile['exclude']).toHaveLength(1);
  });

  test('a bad value names the option, where it stands, what was expected and found', () => {
    const from = (sources: object) => () => resolveOptions(specs, [], { ...none, ...sources });
    expect(from({ flags: { interval: 'soon' } })).toThrow(
      /--interval: expected a duration.*found "soon" \(command line\)/,
    );
    expect(from({ env: { ETHOGRAM_MAX_SOURCES: '0' } })).toThrow(
      /--max-sources: expected a whole number from 1 to 1000, found "0" \(ETHOGRAM_MAX_SOURCES\)/,
    );
    expect(from({ config: config('\n\ninterval = "x"') })).toThrow(/c\.toml:3/);
    expect(from({ config: config('interval = ["1s", "2s"]') })).toThrow(/found a list/);
  });
});

describe('an option that several commands have with different values', () => {
  const own = { format: option(choice(['csv', 'ndjson']), { default: 'csv', help: 'own' }) };
  const other = { format: option(choice(['svg', 'csv']), { default: 'svg', help: 'other' }) };
  const everywhere = () => [own.format, other.format];
  const from = (sources: object) => resolveOptions(own, ['x'], { ...none, everywhere, ...sources });

  test('passes over a value in the environment or at the top of the file that only others know', () => {
    expect(from({ env: { ETHOGRAM_FORMAT: 'svg' } })['format']).toBe('csv');
    expect(from({ env: { ETHOGRAM_FORMAT: 'ndjson' } })['format']).toBe('ndjson');
    expect(from({ config: config('format = "svg"') })['format']).toBe('csv');
    const both = { env: { ETHOGRAM_FORMAT: 'svg' }, config: config('format = "ndjson"') };
    expect(from(both)['format']).toBe('ndjson');
  });

  test('refuses what no command knows, and what is meant for this one', () => {
    expect(() => from({ env: { ETHOGRAM_FORMAT: 'cvs' } })).toThrow(/found "cvs"/);
    expect(() => from({ flags: { format: 'svg' } })).toThrow(/found "svg"/);
    expect(() => from({ config: config('[x]\nformat = "svg"') })).toThrow(/found "svg"/);
  });
});

describe('kinds of values', () => {
  test('numbers have no other spellings, and none that is not finite', () => {
    for (const text of ['NaN', 'Infinity', '1e3', '0x10', '1.5', '', ' ', '1_000']) {
      expect(integer(0, 1e6).schema.safeParse(text).success, text).toBe(false);
    }
  });

  test('a duration out of range is told the range', () => {
    const interval = duration(10, 3_600_000).schema;
    for (const text of ['5ms', '0s', '2h']) {
      expect(interval.safeParse(text).error?.issues[0]?.message, text).toBe(
        'expected a duration such as 500ms, 30s, 5m, 2h or 1d, from 10ms to 1h',
      );
    }
    const never = duration(0, 366 * 86_400_000).schema.safeParse('-1s');
    expect(never.error?.issues[0]?.message).toMatch(/, from 0s to 366d$/);
  });

  test('a share is a percentage, a rate is per hour, day or week', () => {
    expect(percent.schema.parse('5%')).toBe(0.05);
    expect(percent.schema.safeParse('5').success).toBe(false);
    expect(rate.schema.parse('1/h')).toBe(24);
    expect(rate.schema.safeParse('0/d').success).toBe(false);
  });

  test('a choice says which words there are', () => {
    const result = choice(['a', 'b']).schema.safeParse('c');
    expect(result.error?.issues[0]?.message).toBe('expected one of a, b');
  });
});

describe('the option schema', () => {
  const all = commands.flatMap((command) =>
    Object.entries(command.options).map(([key, spec]) => ({ command: command.name, key, spec })),
  );

  test('no command has an option of the name of a global one', () => {
    for (const { command, key, spec } of all) {
      expect(Object.keys(globalOptions), `${command} --${key}`).not.toContain(key);
      const shorts = Object.values(globalOptions).map((global) => global.short);
      if (spec.short) expect(shorts).not.toContain(spec.short);
    }
  });

  test('every default and every example can be read', () => {
    for (const { command, key, spec } of [
      ...all,
      ...Object.entries(globalOptions).map(([key, spec]) => ({ command: '', key, spec })),
    ]) {
      for (const text of [spec.default, spec.example]) {
        if (text === undefined) continue;
        expect(spec.schema.safeParse(text).success, `${command} --${key} ${text}`).toBe(true);
      }
    }
  });

  test('every option has its variable', () => {
    expect(variableName('maxSources')).toBe('ETHOGRAM_MAX_SOURCES');
  });

  test('every command has an example that names it', () => {
    for (const command of commands) {
      expect(command.examples.length, command.name).toBeGreaterThan(0);
      for (const { run } of command.examples) expect(run).toContain(`ethogram ${command.name}`);
    }
  });
});
