import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { addedPerCall } from './added-ns.js';
import { printTable, say } from './figures.js';
import { lockKernel, refuseCompany } from './kernel-alone.js';
import { lostCounts } from './lost-counts.js';
import { ownCost } from './own-cost.js';
import { buildPrograms, ensureBenchPackages, ROOT } from './setup.js';
import { throughput } from './throughput.js';
import { peerVersions } from './versions.js';

const HELP = `What the collector costs beside its peers and the floor, all in one run.

  npm run bench:collector -- [--quick] [--only added,throughput,own,lost] [--anyway] [--write]

About 11 minutes; --quick, a smoke run whose figures mean little, about 2. Needs root and installs the Debian
packages of the peers where they are missing. Refuses to run beside another tracing program; --anyway does not.
--write leaves test/bench/results/collector.json.
`;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'added,throughput,own,lost' },
    anyway: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) say(HELP);
else await main(flags.only.split(','));

async function main(parts: readonly string[]): Promise<void> {
  await ensureBenchPackages();
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const startedAt = Date.now();
  say(
    `waiting for the kernel's lock; load ${loadavg()[0]?.toFixed(2)}, ${cpus().length} processors`,
  );
  const unlock = await lockKernel();
  try {
    refuseCompany(flags.anyway);
    const tables: BenchTable[] = [];
    for (const part of parts) {
      for (const table of await measure(part, folder)) {
        printTable(table);
        tables.push(table);
      }
    }
    say(`\n${Math.round((Date.now() - startedAt) / 1000)} s, load ${loadavg()[0]?.toFixed(2)}`);
    if (flags.write) {
      writeBenchResult(`${ROOT}test/bench/results/collector.json`, {
        bench: 'collector',
        command: `npm run bench:collector${flags.quick ? ' -- --quick' : ''}`,
        versions: peerVersions(),
        tables,
      });
    }
  } finally {
    unlock();
  }
}

async function measure(part: string, folder: string): Promise<readonly BenchTable[]> {
  const { quick } = flags;
  const built = buildPrograms(folder);
  const cores = cpus().length;
  switch (part) {
    case 'added':
      return addedPerCall({ built, folder, rounds: quick ? 2 : 7, cpu: cores - 1 });
    case 'throughput':
      return throughput({
        built,
        folder,
        rounds: quick ? 1 : 7,
        seconds: quick ? 1 : 2,
        cpus: cores,
      });
    case 'own':
      return ownCost({ built, folder, seconds: quick ? 5 : 20, warmUp: quick ? 3 : 10 });
    case 'lost':
      return [await lostCounts({ built, folder, seconds: quick ? 3 : 10 })];
    default:
      throw new Error(`expected added, throughput, own or lost after --only, found ${part}`);
  }
}
