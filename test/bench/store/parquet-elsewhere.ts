import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What sets up Python packages for tests; plain JavaScript, outside of what is compiled here. */
interface PythonPackages {
  preparePythonPackages(
    requirements: readonly string[],
  ): Promise<{ readonly python: string } | { readonly reason: string }>;
}

const SETUP = new URL('../../../../packages/setup/src/python-packages.mjs', import.meta.url);
const PYARROW = 'pyarrow==26.0.1';

/** Long: the table as we export it. Wide: a row for each tick, a column for each series. */
const PROGRAM = `
import sys
import pyarrow as pa
import pyarrow.parquet as pq

path = sys.argv[1]
table = pq.read_table(path)
for codec in ('snappy', 'zstd'):
    pq.write_table(table, f'{path}.long.{codec}', compression=codec)

keys = ('kind', 'name', 'metric', 'scheme', 'bucket')
columns = [table.column(key).to_pylist() for key in keys]
values = table.column('value').to_pylist()
ticks = list(zip(*(table.column(key).to_pylist() for key in ('host', 'boot', 'seq', 'timestamp'))))
rows = {tick: row for row, tick in enumerate(dict.fromkeys(ticks))}
series = {}
for tick, *key, value in zip(ticks, *columns, values):
    if key[2] is not None:
        series.setdefault(tuple(key), []).append((rows[tick], value))
arrays, names = [pa.array([tick[3] for tick in rows])], ['timestamp']
for key, cells in series.items():
    column = [None] * len(rows)
    for row, value in cells:
        column[row] = value
    whole = all(abs(value) < 2**53 and value == int(value) for _, value in cells)
    arrays.append(pa.array(column, pa.float64()).cast(pa.int64() if whole else pa.float64()))
    names.append(':'.join('' if part is None else str(part) for part in key))
wide = pa.table(arrays, names=names)
for codec in ('snappy', 'zstd'):
    pq.write_table(wide, f'{path}.wide.{codec}', compression=codec)
`;

/**
 * Writes an exported Parquet file again with pyarrow, as others would keep the same data, under
 * its own defaults but for the codec.
 * @returns the sizes of the files, or why there are none
 */
export async function writeParquetElsewhere(
  path: string,
): Promise<
  | { readonly files: readonly { readonly name: string; readonly bytes: number }[] }
  | { readonly reason: string }
> {
  const { preparePythonPackages } = (await import(SETUP.href)) as PythonPackages;
  const prepared = await preparePythonPackages([PYARROW]);
  if ('reason' in prepared) return prepared;
  await promisify(execFile)(prepared.python, ['-c', PROGRAM, path]);
  const files = ['long', 'wide'].flatMap((shape) =>
    ['snappy', 'zstd'].map(async (codec) => {
      const { size } = await stat(`${path}.${shape}.${codec}`);
      return { name: `${codec}, ${shape}`, bytes: size };
    }),
  );
  return { files: await Promise.all(files) };
}
