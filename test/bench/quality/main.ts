import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRng } from '@ethogram/core';
import { LEARN_DEFAULTS, type LearnSettings } from '@ethogram/learn';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { AlarmTally } from './alarm-tally.js';
import type { Baseline } from './baselines/baseline.js';
import { isolationForest } from './baselines/isolation-forest.js';
import { netdata } from './baselines/netdata.js';
import { pcaResidual } from './baselines/pca-residual.js';
import { random } from './baselines/random.js';
import { referenceRecipe } from './baselines/reference-recipe.js';
import { windowKmeans } from './baselines/window-kmeans.js';
import { DATA_SETS, type Entity, entityNames, readEntity } from './data-sets.js';
import { aucPr } from './metrics/ranking.js';
import { bufferLength, vusPr } from './metrics/vus-pr.js';
import { OTHER_SETS } from './other-series.js';
import { runProduct } from './product.js';
import { alarmTable, average, type Quality, qualityTable } from './tables.js';
import { updatesTable } from './updates.js';

const FEW_AXES = LEARN_DEFAULTS.maxAxes;
const BASELINES: readonly Baseline[] = [
  random,
  isolationForest,
  netdata,
  pcaResidual,
  windowKmeans,
  referenceRecipe('reference recipe, 8 axes', FEW_AXES),
  referenceRecipe('reference recipe', LEARN_DEFAULTS.maxAxesFewSources),
];
const PRODUCT = 'ethogram';
/** The product, and the product as it learns where many sources share the time and the memory. */
const PRODUCTS: Readonly<Record<string, Partial<LearnSettings>>> = {
  'ethogram, 8 axes': { maxAxesFewSources: FEW_AXES },
  [PRODUCT]: {},
};
const METHODS = [...BASELINES.map(({ name }) => name), ...Object.keys(PRODUCTS)];
const RESULTS = new URL('../../results/quality.json', import.meta.url);

const HELP = `Measures how well learned models find labelled faults, beside simpler methods.

  npm run bench:quality -- [--data DIR] [--sets smd,asd] [--entities machine-1-2,omi-1]
                           [--seeds 1,2,3] [--only METHOD,…] [--no-updates] [--verbose]
                           [--write]

DIR (or ETHOGRAM_DATASETS) holds smd/, asd/ and jumpstarter/, each with NAME.train.csv.gz,
NAME.test.csv.gz, NAME.label.csv.gz and perhaps NAME.causes.json, and nab/, skab/ and cloudmon/ as
they are published. What is not there is named and left out. --write leaves the figures in
test/bench/results/quality.json.

All of it with three seeds takes about 25 minutes on two quiet cores; one seed of the product alone,
--seeds 1 --only ethogram, about 3.
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    sets: {
      type: 'string',
      default: [...Object.keys(DATA_SETS), ...Object.keys(OTHER_SETS)].join(),
    },
    entities: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    only: { type: 'string' },
    'no-updates': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The wanted entities of a data set, read one at a time. */
function* entitiesOf(root: string, set: string): Generator<Entity> {
  const wanted = flags.entities?.split(',');
  if (!DATA_SETS[set]) {
    const all = OTHER_SETS[set]?.(root) ?? [];
    yield* all.filter(({ name }) => !wanted || wanted.includes(name));
    return;
  }
  for (const name of entityNames(root, set)) {
    if (!wanted || wanted.includes(name)) yield readEntity(root, set, name);
  }
}

/** Figures by method and data set, one per entity and the mean of the seeds; alarms by data set. */
class Findings {
  readonly tallies = new Map<string, AlarmTally>();
  readonly #quality = new Map<string, Quality[]>();

  of(method: string, set: string): readonly Quality[] {
    return this.#quality.get(`${method}/${set}`) ?? [];
  }

  async measure(method: string, entity: Entity, seeds: readonly number[]): Promise<Quality> {
    const { dataSet: set, labels, test, train, intervalMs } = entity;
    const buffer = bufferLength(test.data.filter((_, i) => i % test.columns.length === 0));
    const baseline = BASELINES.find(({ name }) => name === method);
    const runs: Quality[] = [];
    for (const seed of baseline?.seeded === false ? seeds.slice(0, 1) : seeds) {
      let scores: Float64Array;
      if (baseline) {
        scores = baseline.score(train, test, seededRng(seed), intervalMs);
      } else {
        const result = await runProduct(entity, seed, PRODUCTS[method]);
        scores = result.scores;
        if (method === PRODUCT) this.#tally(set).add(entity, result);
      }
      const marked = labels.includes(1);
      runs.push({
        vus: marked ? vusPr(labels, scores, buffer) : Number.NaN,
        ap: marked ? aucPr(labels, scores) : Number.NaN,
      });
    }
    const quality = average(runs);
    const key = `${method}/${set}`;
    this.#quality.set(key, [...(this.#quality.get(key) ?? []), quality]);
    if (flags.verbose) {
      const each = runs.map(({ vus }) => vus.toFixed(3)).join(' ');
      say(`${set} ${entity.name} ${method}: VUS-PR ${each}, AUC-PR ${quality.ap.toFixed(3)}`);
    }
    return quality;
  }

  #tally(set: string): AlarmTally {
    let tally = this.tallies.get(set);
    if (!tally) {
      tally = new AlarmTally();
      this.tallies.set(set, tally);
    }
    return tally;
  }
}

async function main(): Promise<void> {
  const root = flags.data ?? process.env['ETHOGRAM_DATASETS'];
  if (flags.help || !root) {
    process.stdout.write(HELP);
    process.exitCode = flags.help ? 0 : 2;
    return;
  }
  const seeds = flags.seeds.split(',').map(Number);
  const wanted = flags.only?.split(',');
  const methods = METHODS.filter(
    (name) =>
      !wanted || wanted.some((part) => (part === PRODUCT ? name === PRODUCT : name.includes(part))),
  );
  const sets = flags.sets.split(',').filter((set) => {
    const there = existsSync(join(root, set));
    if (!there) say(`${set}: not found under ${root}, left out`);
    return there;
  });
  const findings = new Findings();
  for (const set of sets) {
    for (const entity of entitiesOf(root, set)) {
      for (const method of methods) await findings.measure(method, entity, seeds);
    }
  }
  const tables = [...tablesOf(findings, methods, sets, seeds.length)];
  if (!flags['no-updates'] && methods.includes(PRODUCT)) {
    const machines = sets.filter((set) => set in DATA_SETS);
    const entities = machines.flatMap((set) => [...entitiesOf(root, set)]);
    if (entities.length > 0) tables.push(await updatesTable(entities, seeds[0] ?? 1));
  }
  for (const table of tables) print(table);
  if (flags.write) {
    writeBenchResult(fileURLToPath(RESULTS), {
      bench: 'quality',
      command: 'npm run bench:quality',
      versions: {},
      tables,
    });
  }
}

function tablesOf(
  findings: Findings,
  methods: readonly string[],
  sets: readonly string[],
  seeds: number,
): readonly BenchTable[] {
  const tables: BenchTable[] = [];
  const kinds = [
    { of: DATA_SETS, name: 'servers and services', note: '' },
    {
      of: OTHER_SETS,
      name: 'series that nothing was tuned on',
      note: ' NAB: the first 15 % of a series are learned; SKAB: its first 400 rows; cloudmon: its first half. Series without a labelled event count in the alarms only.',
    },
  ];
  for (const { of, name, note } of kinds) {
    const own = sets.filter((set) => set in of);
    if (own.length === 0) continue;
    tables.push(
      qualityTable(
        `VUS-PR (AUC-PR) on ${name}`,
        methods,
        own,
        (method, set) => findings.of(method, set),
        `Mean over the entities of a data set and ${seeds === 1 ? 'one seed' : `${seeds} seeds`}, one fixed configuration, past samples only, no point adjustment.${note}`,
      ),
    );
    const tallies = new Map([...findings.tallies].filter(([set]) => own.includes(set)));
    if (tallies.size > 0) {
      tables.push(
        alarmTable(`Alarms of the product on ${name}, at a budget of one a day`, tallies),
      );
    }
  }
  return tables;
}

function print({ title, columns, rows, note }: BenchTable): void {
  say(`\n${title}\n\n| ${columns.join(' | ')} |\n|${columns.map(() => '---|').join('')}`);
  for (const row of rows) say(`| ${row.join(' | ')} |`);
  if (note) say(`\n${note}`);
}

await main();
