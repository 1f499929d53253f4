import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@ethogram/core';
import { afterAll, describe, expect, test } from 'vitest';
import { type AlertValues, readAlertConfig } from '../../src/alerts/alert-config.js';
import { alertTargets } from '../../src/alerts/alerts.js';
import { readConfigFile } from '../../src/options/config-file.js';
import { run } from '../fake-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-alert-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const uid = process.getuid?.() ?? 0;
let count = 0;

function write(text: string, mode = 0o600): string {
  const file = join(folder, `${count++}.toml`);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const read = (text: string, mode?: number): AlertValues | undefined =>
  readAlertConfig(readConfigFile(write(text, mode)), uid);

const ALL = `[alerts]
alertmanager = ["http://127.0.0.1:9093", "https://am.example/prefix"]
webhook = "http://me:secret@127.0.0.1:8080/hooks/T0KEN"
webhook-header = ["Authorization: Bearer s3cr3t"]
webhook-template = '{"text":"{{summary}}"}'
otlp = "http://127.0.0.1:4318"
file = "/tmp/alerts.jsonl"
syslog = "unix:/dev/log"
min-severity = "critical"
`;

describe('the section [alerts]', () => {
  test('names targets', () => {
    const values = read(ALL);
    expect(values).toMatchObject({
      webhookHeader: [['authorization', 'Bearer s3cr3t']],
      syslog: { kind: 'unix', path: '/dev/log' },
      minSeverity: 'critical',
    });
    const names = values && alertTargets(values, manualClock(0)).map(({ name }) => name);
    expect(names).toEqual(['alertmanager', 'alertmanager-2', 'webhook', 'otlp', 'file', 'syslog']);
  });

  test('is not needed, and nothing outside of it names a target', () => {
    expect(read('quiet = true')).toBeUndefined();
    expect(readAlertConfig(undefined, uid)).toBeUndefined();
    expect(read('file = "x"\n[alerts]\nsyslog = "udp://[::1]:514"')).toMatchObject({
      file: undefined,
      syslog: { kind: 'udp', host: '::1', port: 514 },
    });
  });

  test.each([[0o620], [0o602], [0o666]])('in a file of mode %o is an error', (mode) => {
    expect(() => read(ALL, mode)).toThrow(expect.objectContaining({ code: 'CLI-1014' }));
    expect(read('quiet = true', mode)).toBeUndefined();
  });

  test('in a file of another user is an error, unless that is root', () => {
    const config = readConfigFile(write(ALL));
    expect(() => readAlertConfig({ ...config, uid: 4711 }, 1000)).toThrow(/user 4711/);
    expect(readAlertConfig({ ...config, uid: 0 }, 1000)).toBeDefined();
    expect(readAlertConfig({ ...config, uid: 1000 }, 1000)).toBeDefined();
  });

  test.each([
    ['webhook-template = "{{sauce}}"', /expected one of status, .*found \{\{sauce\}\}/],
    ['webhook-template = "{{summary}}"', /expected JSON/],
    ['alertmanager = "ftp://x"', /expected an address/],
    ['webhook-header = "no colon"', /expected a header/],
    ['webhook-header = "A: b\\r\\nC: d"', /expected a header/],
    ['syslog = "/dev/log"', /expected unix:/],
    ['min-severity = "low"', /expected one of warning, critical/],
  ])('with %s is an error', (line, message) => {
    expect(() => read(`[alerts]\n${line}`)).toThrow(
      expect.objectContaining({ code: 'CLI-1002', message: expect.stringMatching(message) }),
    );
  });

  test('takes any text as a template where the body is not JSON', () => {
    const lines = '[alerts]\nwebhook-content-type = "text/plain"\nwebhook-template = "{{summary}}"';
    expect(read(lines)?.webhookTemplate).toBe('{{summary}}');
  });

  test('is checked by `config check`, which shows no secret', async () => {
    const { code, stdout } = await run(['config', 'check', write(ALL)]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/secret|T0KEN|s3cr3t/);
    expect(stdout).toContain('Authorization: ***');
    const bad = await run(['config', 'check', write('[alerts]\n\nslack = "x"')]);
    expect([bad.code, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/CLI-1004: .*:3: expected the name of an option, found alerts\.slack/),
    ]);
    expect((await run(['config', 'check', write('webhook = "http://x"')])).code).toBe(2);
  });

  test.each([
    ['webhook = "https://hook.example?token=T0KEN"', 'https://hook.example/***'],
    ['webhook = "https://hook.example#T0KEN"', 'https://hook.example/***'],
    ['webhook = "https://T0KEN@hook.example"', 'https://***@hook.example'],
    [
      `webhook-template = '{"key":"T0KEN","text":"{{summary}} {{host}}"}'`,
      '*** {{summary}} {{host}}',
    ],
    ['otlp = "http://127.0.0.1:4318"', 'http://127.0.0.1:4318'],
  ])('that is good and sets %s is listed without its secret', async (line, shown) => {
    const { code, stdout } = await run(['config', 'check', write(`[alerts]\n${line}`)]);
    expect([code, JSON.parse(stdout).value]).toEqual([0, shown]);
  });

  test.each([
    ['webhook-header = "Authorization Bearer T0KEN"'],
    ['webhook-header = ["A: b", "Authorization:: \\u0001T0KEN", "Bearer T0KEN"]'],
    ['otlp-header = "T0KEN"'],
    ['webhook = "htps://hook.example/T0KEN"'],
    ['webhook = "hook.example/T0KEN"'],
    ['webhook = "https:hook.example/T0KEN"'],
    ['alertmanager = ["http://ok.example", "T0KEN"]'],
    ['syslog = "udp://T0KEN"'],
    ['min-severity = "T0KEN"'],
    ['webhook-header = "Authorization: Bearer T0KEN'],
    ['webhook-template = "{{sauce}} T0KEN"'],
  ])('that is mistyped, as in %s, is refused without a word of its secret', async (line) => {
    const file = write(`[alerts]\n${line}\n`);
    for (const argv of [
      ['config', 'check', file, '--log-level', 'trace'],
      ['run', '--config', file, '--store', 'memory:', '--log-level', 'trace'],
    ]) {
      const { code, stdout, stderr } = await run(argv);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/CLI-100[23]: /)]);
      expect(stdout + stderr).not.toContain('T0KEN');
    }
  });

  test('is refused by `config check` where `run` would refuse it', async () => {
    const checked = async (text: string, mode?: number) => {
      const { code, stderr } = await run(['config', 'check', write(text, mode)]);
      return [code, /CLI-\d+/.exec(stderr)?.[0]];
    };
    expect(await checked(ALL, 0o666)).toEqual([2, 'CLI-1014']);
    expect(await checked(ALL, 0o640)).toEqual([0, undefined]);
    expect(await checked('[alerts]\nwebhook-template = "{{sauce}}"')).toEqual([2, 'CLI-1002']);
    expect(await checked('quiet = true', 0o666)).toEqual([0, undefined]);
  });
});
