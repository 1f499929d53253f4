import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRng } from '@ethogram/core';
import { afterAll, describe, expect, test } from 'vitest';
import { ethogram, start } from './binary.js';

const SHIPPED = join(fileURLToPath(new URL('../../datasets/web-story', import.meta.url)));
const MISSING = existsSync(join(SHIPPED, 'web-story.parquet'))
  ? undefined
  : `no recording in ${SHIPPED}: node datasets/web-story/make.mjs makes it`;

const folder = mkdtempSync(join(tmpdir(), 'ethogram-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly type: 'demo';
  readonly phases: readonly { readonly name: string; readonly edges: readonly string[] }[];
  readonly found: readonly {
    readonly name: string;
    readonly by: string | null;
    readonly named: boolean;
  }[];
  readonly files: readonly string[];
}

describe('demo', () => {
  test('tells the whole story of the recording that ships, and names culprits', async ({
    skip,
  }) => {
    if (MISSING !== undefined) {
      process.stderr.write(`skipped: the demo: ${MISSING}\n`);
      return skip(MISSING);
    }
    // As somebody without any rights or home would run it.
    const out = join(folder, 'shipped');
    const run = await start(['demo', '--out', out, '-o', 'json'], { HOME: folder }).done;
    expect(run.code, run.stderr).toBe(0);
    const told = JSON.parse(run.stdout) as Told;
    expect(told.phases.map(({ name }) => name)).toEqual([
      'idle',
      'after the service start',
      'under load',
    ]);
    const [idle, started] = told.phases;
    const come = started?.edges.filter((edge) => !idle?.edges.includes(edge)) ?? [];
    expect(come.join('\n')).toMatch(/worker.* → .*redis/);
    expect(told.found.length).toBeGreaterThanOrEqual(4);
    expect(told.found.filter(({ by }) => by !== null).length).toBeGreaterThanOrEqual(3);
    expect(told.found[0]).toMatchObject({ name: 'a worker of nginx runs a shell', named: true });
    for (const file of told.files) expect(existsSync(file), file).toBe(true);
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toContain('class="known wrong"');
    expect(html).toContain('<h3>idle, ');
    const pictures = readdirSync(out).filter((name) => /^graph-\d.*\.svg$/.test(name));
    expect(new Set(pictures.map((name) => readFileSync(join(out, name), 'utf8'))).size).toBe(3);
  });

  test('works on any folder with a recording, labelled or not', async () => {
    const rng = seededRng(3);
    const dataset = join(folder, 'plant');
    const csv = join(folder, 'plant.csv');
    const rows = Array.from({ length: 300 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 4, 1) + i * 1_000).toISOString();
      return `${time},${100 + rng.integer(20)},${40 + rng.integer(9)}`;
    });
    mkdirSync(dataset);
    writeFileSync(csv, `timestamp,plant/flow,plant/heat\n${rows.join('\n')}\n`);
    const store = ['--store', `lmdb:${join(folder, 'store')}`, '--recording', 'plant'];
    expect((await ethogram('import', csv, ...store)).code).toBe(0);
    const parquet = join(dataset, 'plant.parquet');
    expect((await ethogram('export', ...store, '--format', 'parquet', '--out', parquet)).code).toBe(
      0,
    );
    const out = join(folder, 'plant-out');
    const run = await ethogram('demo', '--dataset', dataset, '--out', out, '-o', 'json');
    expect(run.code, run.stderr).toBe(0);
    const told = JSON.parse(run.stdout) as Told;
    expect(told.found).toEqual([]);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('id="custom"');

    // A page that cannot be written: the story is told, then the reason why there is no page.
    const taken = join(folder, 'taken');
    mkdirSync(join(taken, 'report.html'), { recursive: true });
    const partly = await ethogram('demo', '--dataset', dataset, '--out', taken, '-o', 'json');
    expect(partly.code, partly.stderr).toBe(2);
    expect(partly.stderr).toMatch(/CLI-1008: /);
    expect(JSON.parse(partly.stdout)).toMatchObject({ type: 'demo', files: [] });

    // A folder that cannot be made is told before any work, and how to name another.
    const nowhere = join(csv, 'out');
    const refused = await ethogram('demo', '--dataset', dataset, '--out', nowhere, '-o', 'json');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/CLI-1008: .*plant\.csv/);
    expect(refused.stderr).toContain('--out');
    expect(refused.stderr).not.toContain('learning');
  });

  test('without a recording says what is missing and what to do', async () => {
    const run = await ethogram('demo', '--dataset', join(folder, 'nothing'));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(
      /CLI-1008: expected a recording in Parquet in .*nothing, found none/,
    );
    expect(run.stderr).toContain('--dataset');
  });
});
