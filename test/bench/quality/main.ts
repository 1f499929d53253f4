import { parseArgs } from 'node:util';
import { seededRng } from '@ethogram/core';
import { LEARN_DEFAULTS } from '@ethogram/learn';
import type { Baseline } from './baselines/baseline.js';
import { isolationForest } from './baselines/isolation-forest.js';
import { netdata } from './baselines/netdata.js';
import { pcaResidual } from './baselines/pca-residual.js';
import { random } from './baselines/random.js';
import { windowKmeans } from './baselines/window-kmeans.js';
import { countCauses } from './causes.js';
import { DATA_SETS, type Entity, entityNames, readEntity } from './data-sets.js';
import { countEvents } from './metrics/events.js';
import { aucPr } from './metrics/ranking.js';
import { bufferLength, vusPr } from './metrics/vus-pr.js';
import { type ProductResult, runProduct } from './product.js';

const BASELINES: readonly Baseline[] = [
  random,
  isolationForest,
  netdata,
  pcaResidual,
  windowKmeans,
];
const PRODUCT = 'ethogram';
/** The product, and the product as it learns where many sources share the time and the memory. */
const PRODUCTS: Readonly<Record<string, Parameters<typeof runProduct>[2]>> = {
  [PRODUCT]: {},
  'ethogram with 8 axes': { maxAxesFewSources: LEARN_DEFAULTS.maxAxes },
};
const NOMINAL_P = 0.001;

const HELP = `Measures how well learned models find labelled faults, beside simpler methods.

  npm run bench:quality -- [--data DIR] [--sets smd,asd] [--seeds 1,2,3] [--only METHOD,…] [--verbose]

DIR (or ETHOGRAM_DATASETS) holds smd/, asd/ and jumpstarter/, each with NAME.train.csv.gz,
NAME.test.csv.gz, NAME.label.csv.gz and perhaps NAME.causes.json. What is not there is named and
left out.
`;

/** Figures of one method on one entity, means over the seeds. */
interface Quality {
  readonly vus: number;
  readonly ap: number;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const fixed = (value: number, digits = 3): string => value.toFixed(digits);
const percent = (part: number, whole: number): string =>
  whole > 0 ? `${((100 * part) / whole).toFixed(2)} %` : '–';

function measure(entity: Entity, scores: Float64Array, buffer: number): Quality {
  return { vus: vusPr(entity.labels, scores, buffer), ap: aucPr(entity.labels, scores) };
}

function average(list: readonly Quality[]): Quality {
  return { vus: mean(list.map(({ vus }) => vus)), ap: mean(list.map(({ ap }) => ap)) };
}

/** What the alarms of the product came to on one data set. */
class AlarmTally {
  calm = 0;
  falseRows = 0;
  openFalseRows = 0;
  events = 0;
  caught = 0;
  falseEpisodes = 0;
  days = 0;
  explained = 0;
  top1 = 0;
  top3 = 0;
  modelBytes = 0;
  trainMs = 0;
  microsPerRow: number[] = [];

  add(entity: Entity, result: ProductResult): void {
    const low = Uint8Array.from(result.p, (p) => (p <= NOMINAL_P ? 1 : 0));
    const points = countEvents(entity.labels, low);
    const alarms = countEvents(entity.labels, result.open);
    this.calm += points.calmRows;
    this.falseRows += points.falseRows;
    this.openFalseRows += alarms.falseRows;
    this.events += alarms.events;
    this.caught += alarms.caught;
    this.falseEpisodes += alarms.falseEpisodes;
    this.days += (entity.test.rows * entity.intervalMs) / 86_400_000;
    const causes = countCauses(entity, result.ticks);
    this.explained += causes.explained;
    this.top1 += causes.top1;
    this.top3 += causes.top3;
    this.modelBytes = Math.max(this.modelBytes, result.modelBytes);
    this.trainMs += result.trainMs;
    this.microsPerRow.push((result.scoreMs * 1000) / entity.test.rows);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      sets: { type: 'string', default: Object.keys(DATA_SETS).join(',') },
      seeds: { type: 'string', default: '1,2,3' },
      only: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const root = values.data ?? process.env['ETHOGRAM_DATASETS'];
  if (values.help || !root) {
    process.stdout.write(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const seeds = values.seeds.split(',').map(Number);
  const wanted = values.only?.split(',');
  const methods = [...BASELINES.map(({ name }) => name), ...Object.keys(PRODUCTS)].filter(
    (name) =>
      !wanted || wanted.some((part) => (part === PRODUCT ? name === PRODUCT : name.includes(part))),
  );
  const sets = values.sets.split(',').filter((set) => {
    const there = entityNames(root, set).length > 0;
    if (!there) say(`${set}: not found under ${root}, left out`);
    return there;
  });
  const found = new Map<string, Quality[]>();
  const tallies = new Map<string, AlarmTally>();
  for (const set of sets) {
    const tally = new AlarmTally();
    tallies.set(set, tally);
    for (const name of entityNames(root, set)) {
      const entity = readEntity(root, set, name);
      const { columns, data } = entity.test;
      const buffer = bufferLength(data.filter((_, i) => i % columns.length === 0));
      for (const method of methods) {
        const baseline = BASELINES.find((candidate) => candidate.name === method);
        const runs: Quality[] = [];
        for (const seed of baseline?.seeded === false ? seeds.slice(0, 1) : seeds) {
          if (baseline) {
            const rng = seededRng(seed);
            const scores = baseline.score(entity.train, entity.test, rng);
            runs.push(measure(entity, scores, buffer));
          } else {
            const result = await runProduct(entity, seed, PRODUCTS[method]);
            if (method === PRODUCT) tally.add(entity, result);
            runs.push(measure(entity, result.scores, buffer));
          }
        }
        const quality = average(runs);
        const key = `${method}/${set}`;
        found.set(key, [...(found.get(key) ?? []), quality]);
        if (values.verbose) {
          const each = runs.map(({ vus }) => fixed(vus)).join(' ');
          say(`${set} ${name} ${method}: VUS-PR ${each}, AUC-PR ${fixed(quality.ap)}`);
        }
      }
    }
  }
  printQuality(methods, sets, found, seeds.length);
  if (methods.includes(PRODUCT)) printAlarms(sets, tallies);
}

function printQuality(
  methods: readonly string[],
  sets: readonly string[],
  found: ReadonlyMap<string, readonly Quality[]>,
  seeds: number,
): void {
  say(`\nVUS-PR (AUC-PR), mean over the entities of a data set and ${seeds} seeds`);
  say(`| method | ${sets.join(' | ')} | mean |\n|---|${sets.map(() => '---|').join('')}---|`);
  for (const method of methods) {
    const each = sets.map((set) => average(found.get(`${method}/${set}`) ?? []));
    const cells = [...each, average(each)].map(({ vus, ap }) => `${fixed(vus)} (${fixed(ap)})`);
    say(`| ${method} | ${cells.join(' | ')} |`);
  }
}

function printAlarms(sets: readonly string[], tallies: ReadonlyMap<string, AlarmTally>): void {
  say('\nAlarms of the product, over all seeds');
  say('| | rows with p ≤ .001 outside events | rows in alarm outside events | events caught |');
  say('|---|---|---|---|');
  for (const set of sets) {
    const t = tallies.get(set);
    if (!t) continue;
    say(
      `| ${set} | ${percent(t.falseRows, t.calm)} | ${percent(t.openFalseRows, t.calm)} | ${t.caught} of ${t.events} |`,
    );
  }
  say(
    '\n| | false episodes a day | top-1 cause | top-3 cause | bytes a source | train s | µs a row |',
  );
  say('|---|---|---|---|---|---|---|');
  for (const set of sets) {
    const t = tallies.get(set);
    if (!t) continue;
    say(
      `| ${set} | ${fixed(t.falseEpisodes / t.days, 2)} | ${percent(t.top1, t.explained)} of ${t.explained} | ${percent(t.top3, t.explained)} | ${t.modelBytes} | ${fixed(t.trainMs / 1000 / t.microsPerRow.length, 1)} | ${fixed(mean(t.microsPerRow), 0)} |`,
    );
  }
}

await main();
