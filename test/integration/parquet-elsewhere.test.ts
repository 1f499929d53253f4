import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Block, packTicks, type Tick } from '@ethogram/core';
import { exportToFile, importFiles } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  preparePythonPackages,
  TEST_PYTHON_PACKAGES,
} from '../../packages/setup/src/python-packages.mjs';

const prepared = await preparePythonPackages(TEST_PYTHON_PACKAGES.parquet);
const python = 'python' in prepared ? prepared.python : undefined;
if ('reason' in prepared) process.stderr.write(`Parquet elsewhere: skipped. ${prepared.reason}\n`);

const START = Date.UTC(2026, 4, 1, 10);

const ticks: readonly Tick[] = Array.from({ length: 500 }, (_, i) => ({
  host: 'web1',
  boot: '7f1c',
  seq: i,
  ts: START + i * 1000,
  intervalNs: 1e9,
  backend: 'ebpf',
  blind: [],
  samples: [
    {
      kind: 'process' as const,
      name: 'nginx.service/nginx',
      values: new Map([
        ['syscall.openat.calls', i + 1],
        ['memory.rss', 1_000_000],
      ]),
      histograms: new Map([['io.read.size', { scheme: 'quantize', counts: new Map([[70, 2]]) }]]),
    },
    { kind: 'custom' as const, name: 'öfen', values: new Map([['temperature', i / 8]]) },
  ],
  links: [],
  linkSnapshot: i === 0,
  markers: [],
  lost: {},
}));

describe.skipIf(python === undefined)('an exported Parquet file', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ethogram-parquet-'));
    path = join(folder, 'recording.parquet');
    async function* read(): AsyncGenerator<Block> {
      yield packTicks(ticks);
    }
    await exportToFile(read, 'parquet', path);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (program: string): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(python ?? 'python3', ['-c', program, path]);
    return JSON.parse(stdout);
  };

  it('opens in DuckDB with typed columns, times and every value', async () => {
    const result = await run(`
import duckdb, json, sys
sql = duckdb.connect()
sql.execute("SET TimeZone = 'UTC'")
file = sys.argv[1].replace("'", "''")
print(json.dumps([
    [row[:2] for row in sql.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()],
    sql.execute(f"""
        SELECT kind, name, metric, count(*), sum(value), min(timestamp)::VARCHAR, max(timestamp)::VARCHAR
        FROM '{file}' WHERE scheme IS NULL GROUP BY ALL ORDER BY ALL""").fetchall(),
    sql.execute(f"SELECT scheme, bucket, sum(value) FROM '{file}' WHERE bucket IS NOT NULL GROUP BY ALL").fetchall(),
]))`);
    const from = '2026-05-01 10:00:00+00';
    const to = '2026-05-01 10:08:19+00';
    expect(result).toEqual([
      [
        ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
        ['host', 'VARCHAR'],
        ['boot', 'VARCHAR'],
        ['seq', 'BIGINT'],
        ['interval_ns', 'DOUBLE'],
        ['backend', 'VARCHAR'],
        ['kind', 'VARCHAR'],
        ['name', 'VARCHAR'],
        ['metric', 'VARCHAR'],
        ['scheme', 'VARCHAR'],
        ['bucket', 'INTEGER'],
        ['value', 'DOUBLE'],
        ['extra', 'VARCHAR'],
      ],
      [
        ['custom', 'öfen', 'temperature', 500, (499 * 500) / 2 / 8, from, to],
        ['process', 'nginx.service/nginx', 'memory.rss', 500, 500_000_000, from, to],
        ['process', 'nginx.service/nginx', 'syscall.openat.calls', 500, (500 * 501) / 2, from, to],
      ],
      [['quantize', 70, 1000]],
    ]);
  });

  it('answers the query of docs/formats.md', async () => {
    const page = await readFile(new URL('../../docs/formats.md', import.meta.url), 'utf8');
    const query = /^```sql\n(.*?)^```$/ms.exec(page)?.[1] ?? '';
    const program = 'import duckdb, json, os, sys; os.chdir(os.path.dirname(sys.argv[1])); ';
    expect(await run(`${program}print(json.dumps(duckdb.sql('''${query}''').fetchall()))`)).toEqual(
      [
        ['nginx.service/nginx', 'memory.rss', 500, 1_000_000],
        ['nginx.service/nginx', 'syscall.openat.calls', 500, 500],
        ['öfen', 'temperature', 500, 499 / 8],
      ],
    );
  });

  it('opens in pandas, and turns into a wide table there', async () => {
    const result = await run(`
import pandas, json, sys
long = pandas.read_parquet(sys.argv[1])
wide = long[long.scheme.isna()].pivot(index="timestamp", columns=["name", "metric"], values="value")
print(json.dumps([len(long), list(wide.shape), str(wide.index.tz), wide[("öfen", "temperature")].tolist()[-1]]))`);
    expect(result).toEqual([2000, [500, 3], 'UTC', 499 / 8]);
  });

  it('is read back from what pandas writes, wide, in every codec', async () => {
    for (const codec of ['snappy', 'zstd', 'gzip', 'brotli', 'lz4']) {
      const wide = join(folder, `${codec}.parquet`);
      const program = join(folder, 'wide.py');
      await writeFile(
        program,
        `
import pandas, sys
times = pandas.date_range("2026-05-01T10:00:00Z", periods=5000, freq="60s", name="timestamp")
frame = pandas.DataFrame({"flow": range(5000), "valve": 0.0, "gap": [None, 1.5] * 2500}, index=times)
frame.to_parquet(sys.argv[1], compression="${codec}")
`,
      );
      await promisify(execFile)(python ?? 'python3', [program, wide]);
      const back: Tick[] = [];
      for await (const tick of importFiles([wide], { host: 'h', source: 'machine' }))
        back.push(tick);
      expect(back).toHaveLength(5000);
      expect(back[4999]).toMatchObject({ ts: START + 4999 * 60_000, intervalNs: 60e9 });
      expect(back.slice(0, 2).map(({ samples }) => [...(samples[0]?.values ?? [])].sort())).toEqual(
        [
          [
            ['flow', 0],
            ['valve', 0],
          ],
          [
            ['flow', 1],
            ['gap', 1.5],
            ['valve', 0],
          ],
        ],
      );
    }
  });
});
