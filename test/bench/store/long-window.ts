import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchTable } from '@ethogram/testkit/bench';
import { MADE, VALUES_PER_TICK } from './made-ticks.js';
import { short } from './report.js';
import { type Watched, watchProcess } from './watched-process.js';
import type { WindowOutcome } from './window-process.js';

const SIDE = fileURLToPath(new URL('./window-process.js', import.meta.url));
/** With what `bin/ethogram.js` begins: loading modules does not make the young generation grow. */
const AS_COMMAND = '--semi-space-growth-factor=1';
const COLUMNS = [
  '',
  'values',
  'values/s',
  'private MB',
  'first half',
  'second half',
  'resident MB',
  'blocks',
  'largest MB',
];
const NOTE =
  'Private: what is the process’s own (RssAnon); resident counts the mapped store too, which the system takes back. Looked at from outside every 20 ms.';

/** A folder for a store, for as long as something runs. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ethogram-bench-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Memory of a writer that is handed tick by tick, as by a collector, and of a reader that goes
 * block by block; each in a process of its own, ticks made by a third. Beside them Node with the
 * store loaded and nothing done, and what making ticks of the values costs in the writer's place.
 */
export async function measureMemory(hours: number): Promise<BenchTable> {
  const ticks = `${Math.round(hours * 3600)}`;
  const rows = await inFolder(async (folder) => [
    row('Node, store loaded, idle', await watchProcess([SIDE, 'idle'])),
    row('ticks taken, not stored', await taking(['hold'], ticks)),
    row('written tick by tick', await taking(['write', folder], ticks)),
    ...(await readRows(folder)),
    row('written as `record` does', await taking(['write-small', join(folder, 'small')], ticks)),
  ]);
  return { title: `Memory: ${shape(hours)}`, columns: COLUMNS, rows, note: NOTE };
}

/**
 * Reading a window of many hours block by block; it is written many ticks at a time.
 * @param fillSeconds where writing takes longer than this, the window ends there, and its title
 *   says how long it is.
 */
export async function measureReading(hours: number, fillSeconds: number): Promise<BenchTable> {
  const wanted = `${Math.round(hours * 3600)}`;
  return inFolder(async (folder) => {
    const filled = await watchProcess([SIDE, 'fill', folder, wanted, `${fillSeconds}`]);
    const written = outcomeOf(filled).values / VALUES_PER_TICK / 3600;
    const rows = [row('written, ten minutes at once', filled), ...(await readRows(folder))];
    const title = `Reading: ${shape(Number(written.toFixed(2)))}`;
    return {
      title,
      columns: COLUMNS,
      rows,
      note: `${NOTE} Who writes at once makes the ticks too.`,
    };
  });
}

async function readRows(folder: string): Promise<(string | number | null)[][]> {
  return [
    row('read block by block', await watchProcess([SIDE, 'read', folder])),
    row('read as `export` does', await watchProcess([AS_COMMAND, SIDE, 'read-small', folder])),
  ];
}

/** Memory of importing files, kept small as `import` keeps it. */
export async function measureImports(
  files: readonly { readonly name: string; readonly path: string }[],
): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  for (const { name, path } of files) {
    rows.push(
      await inFolder(async (folder) => {
        const watched = await watchProcess([AS_COMMAND, SIDE, 'import', folder, path]);
        const { seconds } = outcomeOf(watched);
        const { privateMb, halvesMb, residentMb } = watched.peak;
        const memory = [privateMb, ...halvesMb, residentMb].map(Math.round);
        return [name, ...memory, Number(seconds.toFixed(1))];
      }),
    );
  }
  const columns = ['', 'private MB', 'first half', 'second half', 'resident MB', 'seconds'];
  return { title: 'Importing: most memory', columns, rows, note: NOTE };
}

function taking(side: readonly string[], ticks: string): Promise<Watched> {
  const maker = spawn(process.execPath, [SIDE, 'make', ticks], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return watchProcess([SIDE, ...side], maker);
}

function shape(hours: number): string {
  return `${hours} h × ${MADE.sources} sources × ${MADE.metrics} metrics, one tick a second`;
}

function row(name: string, watched: Watched): (string | number | null)[] {
  const { values, seconds, blocks, largestBytes } = outcomeOf(watched);
  const { privateMb, halvesMb, residentMb } = watched.peak;
  return [
    name,
    values > 0 ? short(values) : null,
    values > 0 ? short(values / seconds) : null,
    Math.round(privateMb),
    Math.round(halvesMb[0]),
    Math.round(halvesMb[1]),
    Math.round(residentMb),
    blocks > 0 ? blocks : null,
    blocks > 0 ? Number((largestBytes / 1e6).toFixed(2)) : null,
  ];
}

function outcomeOf({ output }: Watched): WindowOutcome {
  return JSON.parse(output) as WindowOutcome;
}
