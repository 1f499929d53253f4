import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialiseModel } from '@ethogram/model';
import { afterAll, expect, test } from 'vitest';
import { exampleModel } from '../../model/test/example-model.js';
import { run } from './fake-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-thresholds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('thresholds writes a rule file, or the same as JSON, of a model file', async () => {
  const file = join(folder, 'web.json');
  writeFileSync(file, serialiseModel(exampleModel()));
  const rules = join(folder, 'rules.yml');
  const written = await run(['thresholds', '--model', file, '--out', rules]);
  expect([written.code, written.stdout]).toEqual([0, '']);
  expect(readFileSync(rules, 'utf8')).toMatch(
    /expr: "sum by \(instance\) \(rate\(ethogram_source_system_calls_total\{source=\\"web\.service\/web\\",kind=\\"process\\"\}\[1m\]\)\) > 160"/,
  );
  const { stdout } = await run(['thresholds', '--model', file, '--format', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'thresholds',
    model: 'example',
    groups: [{ name: 'ethogram-alarms' }, { name: 'ethogram-limits' }, {}],
  });
});

test('thresholds --selector looks at the series of one host, and takes nothing but matchers of labels', async () => {
  const file = join(folder, 'one.json');
  writeFileSync(file, serialiseModel(exampleModel()));
  const of = (...args: string[]) => run(['thresholds', '--model', file, ...args]);
  const { stdout } = await of('--selector', 'instance=~"web-1:.+", job="a,b"', '--format', 'json');
  const { selector, groups } = JSON.parse(stdout) as {
    selector: string;
    groups: { rules: { expr: string }[] }[];
  };
  expect(selector).toBe('instance=~"web-1:.+", job="a,b"');
  const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  expect(expressions[0]).toBe(`ethogram_open_incidents{${selector}} > 0`);
  for (const expr of expressions) expect(expr).toContain(`${selector}}`);
  for (const wrong of ['web-1', 'instance="a"} or up{x="b"', 'instance="a', 'instance="a" x="b"']) {
    const { code, stderr } = await of('--selector', wrong);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/CLI-1002: --selector: expected match/),
    ]);
  }
});

test('thresholds without a model is a usage error, of one that is not there exit 2', async () => {
  expect((await run(['thresholds'])).stderr).toMatch(/CLI-1001: expected --model/);
  const missing = await run(['thresholds', '--model', 'none', '--store', 'memory:']);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/CLI-1006/)]);
});
