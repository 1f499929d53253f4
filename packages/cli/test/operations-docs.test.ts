import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@ethogram/core';
import { EXPORTED_METRICS } from '@ethogram/report';
import { afterAll, describe, expect, test } from 'vitest';
import { readAlertConfig } from '../src/alerts/alert-config.js';
import { metricsRegistry } from '../src/monitoring/metrics-registry.js';
import { ServiceState } from '../src/monitoring/service-state.js';
import { readConfigFile } from '../src/options/config-file.js';
import { run } from './fake-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-operations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

/** The first block of code in a language that holds a text. */
function block(language: string, holding: string): string {
  const blocks = page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'));
  const found = [...blocks].map((match) => match[1] ?? '').find((text) => text.includes(holding));
  if (found === undefined) throw new Error(`docs/operations.md has no ${language} with ${holding}`);
  return found;
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

describe('docs/operations.md', () => {
  test('lists every metric of the service, and none that is not there', async () => {
    const state = new ServiceState({ clock: manualClock(0), intervalMs: 1000, maxSources: 9 });
    const text = await metricsRegistry(state, '1.2.3', () => []).metrics();
    const ofSources = new Set(EXPORTED_METRICS.map(({ name }) => name));
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? '');
    const rows = page.split('\n').filter((line) => line.startsWith('| `ethogram_'));
    const listed = rows.flatMap((row) => [...row.matchAll(/`(ethogram_\w+)`/g)].map((m) => m[1]));
    expect(listed.sort()).toEqual(names.filter((name) => !ofSources.has(name)).sort());
  });

  test('has a config file that is good and names targets', async () => {
    const file = write('config.toml', block('toml', '[alerts]'));
    expect((await run(['config', 'check', file])).code).toBe(0);
    expect(readAlertConfig(readConfigFile(file), process.getuid?.())?.alertmanager).toHaveLength(1);
  });

  test('has commands whose options exist, and so has the unit that it speaks of', async () => {
    const folder = new URL('../../packaging/systemd/', import.meta.url);
    const unit = readFileSync(new URL('ethogram.service', folder), 'utf8');
    const start = /^ExecStart=.*$/m.exec(unit)?.[0] ?? '';
    for (const line of [start, block('sh', 'thresholds')]) {
      const [, command = '', options = ''] = /ethogram (\w+) (.*)/.exec(line) ?? [];
      const { stdout } = await run([command, '--help']);
      const flags = options.match(/--[\w-]+/g) ?? [];
      expect(flags.length).toBeGreaterThan(0);
      for (const flag of flags) expect(stdout).toContain(flag);
    }
  });

  test('speaks of a unit that leaves room for a training beside the service, and outlives it', () => {
    const unit = readFileSync(
      new URL('../../packaging/systemd/ethogram.service', import.meta.url),
      'utf8',
    );
    const measured = readFileSync(new URL('../../../docs/benchmarks.md', import.meta.url), 'utf8');
    const table = measured.slice(measured.indexOf('| peak memory, MB |')).split('\n\n')[0] ?? '';
    const peaks = table
      .split('\n')
      .filter((line) => /^\| \d+ × \d+ \|/.test(line))
      .map((line) => Number(line.split('|').at(-3)));
    expect(peaks.length).toBeGreaterThan(2);
    const most = Number(/^MemoryMax=(\d+)M$/m.exec(unit)?.[1]);
    // What the service itself holds, at most: `docs/benchmarks.md`, Scoring.
    expect((most * 2 ** 20) / 1e6).toBeGreaterThan(Math.max(...peaks) + 156);
    expect(unit).toMatch(/^OOMPolicy=continue$/m);
    expect(page).toContain(`of ${most.toLocaleString('en')} MiB`);
  });

  test('has rules and a scrape config that Prometheus takes', ({ skip }) => {
    const rules = write('rules.yml', block('yaml', 'EthogramBlind'));
    const config = write('prometheus.yml', block('yaml', 'scrape_configs'));
    for (const args of [
      ['check', 'rules', rules],
      ['check', 'config', config],
    ]) {
      const { error, status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      if (error) skip(`needs promtool (Debian package prometheus): ${error.message}`);
      expect(status, stdout + stderr).toBe(0);
    }
  });
});
