/**
 * Measures one part of the bench and leaves its tables: `measure-part.js PART FOLDER [--quick]`.
 * FOLDER is this part's own; the tables go to `FOLDER/tables.json`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { BenchTable } from '@ethogram/testkit/bench';
import { addedPerCall } from './added-ns.js';
import { lostCounts } from './lost-counts.js';
import { ownCost } from './own-cost.js';
import { isPart, PARTS, type Part } from './parts.js';
import { tablesFile } from './run-part.js';
import { buildPrograms } from './setup.js';
import { throughput } from './throughput.js';

const [part = '', folder = '', mode] = process.argv.slice(2);
if (!isPart(part)) throw new Error(`expected one of ${Object.keys(PARTS)}, found ${part}`);
writeFileSync(tablesFile(folder), JSON.stringify(await measure(part, mode === '--quick')));
process.exit(0);

async function measure(part: Part, quick: boolean): Promise<readonly BenchTable[]> {
  const built = buildPrograms(folder);
  const cores = cpus().length;
  const untilMs = Date.now() + PARTS[part].roundsFor * 1000;
  switch (part) {
    case 'added':
      return addedPerCall({ built, folder, rounds: quick ? 2 : 7, untilMs, cpu: cores - 1 });
    case 'throughput': {
      const [rounds, seconds] = quick ? [1, 1] : [7, 2];
      return throughput({ built, folder, rounds, untilMs, seconds, cpus: cores });
    }
    case 'own':
      return ownCost({ built, folder, seconds: quick ? 5 : 20, warmUp: quick ? 3 : 40 });
    case 'lost':
      return [await lostCounts({ built, folder, seconds: quick ? 3 : 10 })];
  }
}
