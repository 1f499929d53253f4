import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { printTable, say } from './figures.js';
import { lockKernel, refuseCompany } from './kernel-alone.js';
import { isPart, PARTS, type Part } from './parts.js';
import { type PartOutcome, runPart } from './run-part.js';
import { ensureBenchPackages, ROOT } from './setup.js';
import { peerVersions } from './versions.js';

const ALL = Object.keys(PARTS).join(',');
const HELP = `What the collector costs beside its peers and the floor, all in one run.

  npm run bench:collector -- [--quick] [--only ${ALL}] [--anyway] [--write]

About 12 minutes, 15 at most; --quick, a smoke run whose figures mean little, about 2. Needs root
and installs the Debian packages of the peers where they are missing. Refuses to run beside another
tracing program; --anyway does not. Each part has a time limit; where one fails the others go on.
--write leaves test/bench/results/collector.json.
`;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: ALL },
    anyway: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) say(HELP);
else await main(flags.only.split(','));

async function main(parts: readonly string[]): Promise<void> {
  const unknown = parts.find((part) => !isPart(part));
  if (unknown !== undefined) throw new Error(`expected ${ALL} after --only, found ${unknown}`);
  await ensureBenchPackages();
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-bench-'));
  // Peers that run as users of their own pass through it.
  chmodSync(folder, 0o711);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const startedAt = Date.now();
  const load = () => loadavg()[0]?.toFixed(2);
  say(`waiting for the kernel's lock; load ${load()}, ${cpus().length} processors`);
  const unlock = await lockKernel();
  const tables: BenchTable[] = [];
  const failed: [string, string][] = [];
  try {
    for (const part of parts.filter(isPart)) {
      await refuseCompany(flags.anyway);
      const outcome = await runAlone(part, join(folder, part));
      for (const table of outcome.tables ?? []) printTable(table);
      tables.push(...(outcome.tables ?? []));
      if (!outcome.tables) {
        failed.push([part, outcome.reason]);
        say(`${part} could not be measured: ${outcome.reason}`);
      }
    }
  } catch (refusal) {
    failed.push(['all that came after', (refusal as Error).message]);
    say((refusal as Error).message);
  } finally {
    unlock();
  }
  say(`\n${Math.round((Date.now() - startedAt) / 1000)} s, load ${load()}`);
  if (failed.length > 0) process.exitCode = 1;
  if (!flags.write || tables.length === 0) return;
  if (failed.length > 0) {
    tables.push({ title: 'Not measured', columns: ['part', 'why'], rows: failed });
  }
  writeBenchResult(`${ROOT}test/bench/results/collector.json`, {
    bench: 'collector',
    command: `npm run bench:collector --${flags.quick ? ' --quick' : ''} --write`,
    versions: peerVersions(),
    tables,
  });
}

/** Runs a part. What was measured while another tracer began is not shown: its cost is in there. */
async function runAlone(part: Part, folder: string): Promise<PartOutcome> {
  const outcome = await runPart(part, folder, flags.quick);
  if (!outcome.tables) return outcome;
  try {
    await refuseCompany(flags.anyway);
    return outcome;
  } catch (refusal) {
    return { reason: (refusal as Error).message };
  }
}
