import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAULT_BEDS, type FaultBedName } from '@ethogram/testkit/bed';
import { writeBenchResult } from '@ethogram/testkit/bench';
import { type BedReport, judgeBed, printReport, tablesOf } from './judge-bed.js';
import { recordBed } from './record-bed.js';

/** Where the figures go: one bed has a file of its own, beside that of all. */
const resultOf = (bench: string) => `test/bench/results/${bench}.json`;

const { values: flags } = parseArgs({
  options: {
    /** Which bed: `web`, `jobs`, `queue`, or all, one after the other (about two hours). */
    bed: { type: 'string', default: 'all' },
    /** Record only, into this store. Needs --bed. */
    record: { type: 'string' },
    /** Judge only, what this store holds. */
    judge: { type: 'string' },
    train: { type: 'string', default: '1200' },
    clean: { type: 'string', default: '600' },
    fault: { type: 'string', default: '20' },
    rest: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});

const schedule = {
  train: Number(flags.train),
  clean: Number(flags.clean),
  fault: Number(flags.fault),
  rest: Number(flags.rest),
  rounds: Number(flags.rounds),
};
const wanted = FAULT_BEDS.filter((name) => flags.bed === 'all' || flags.bed === name);
const [only] = wanted;
if (!only) throw new Error(`--bed: expected ${FAULT_BEDS.join(', ')} or all, found ${flags.bed}`);

if (flags.record !== undefined) {
  if (wanted.length > 1) throw new Error('--record: expected --bed with the name of one bed');
  await recordBed(only, flags.record, scratch(only), schedule);
} else {
  const reports: BedReport[] = [];
  for (const name of flags.judge === undefined ? wanted : [only]) {
    const uri = flags.judge ?? (await recorded(name));
    const report = await judgeBed(name, uri);
    printReport(report);
    reports.push(report);
  }
  if (flags.write) {
    const bench = flags.bed === 'all' ? 'faults' : `faults-${only}`;
    const bed = flags.bed === 'all' ? '' : ` --bed ${only}`;
    writeBenchResult(resultOf(bench), {
      bench,
      command: `npm run bench:faults --${bed} --write`,
      versions: {},
      tables: reports.flatMap(tablesOf),
    });
  }
}

/** A recording of a bed in the cache, made now where there is none. */
async function recorded(name: FaultBedName): Promise<string> {
  const folder = `.cache/fault-bed/${name}`;
  const uri = `lmdb:${folder}/store`;
  if (!existsSync(`${folder}/store`)) await recordBed(name, uri, scratch(name), schedule);
  return uri;
}

function scratch(name: FaultBedName): string {
  return `/var/tmp/ethogram-bed-${name}-${process.pid}`;
}
