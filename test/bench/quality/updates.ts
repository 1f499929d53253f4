import type { BenchTable } from '@ethogram/testkit/bench';
import { DATA_SETS, type Entity, type Table } from './data-sets.js';
import { countEvents } from './metrics/events.js';
import { bufferLength, vusPr } from './metrics/vus-pr.js';
import { learnRows, type Rows, scoreRows } from './product.js';
import { meanOf } from './tables.js';

/** Which rows a model of the middle of the test part is learned from. */
const UPDATES: Readonly<Record<string, (known: number, middle: number) => Omit<Rows, 'exclude'>>> =
  {
    'none: the model of the train part': (known) => ({ from: 0, to: known }),
    'refit on as many rows, the newest': (known, middle) => ({ from: middle - known, to: middle }),
    'refit on all rows so far': (_, middle) => ({ from: 0, to: middle }),
  };

/** What an update came to on the second half of an entity's test part. */
interface Outcome {
  readonly vus: number;
  readonly caught: number;
  readonly events: number;
  readonly openCalm: number;
  readonly calm: number;
}

/**
 * How well the second half of every test part is scored after an update in its middle, by the rows
 * that the update learns from; time in alarm until then is left out, as `train --update` does it.
 * Exponential forgetting lies between the newest rows and all of them.
 */
export async function updatesTable(entities: Iterable<Entity>, seed: number): Promise<BenchTable> {
  const outcomes = new Map<string, Outcome[]>();
  const sets = new Set<string>();
  for (const entity of entities) {
    if (!(entity.dataSet in DATA_SETS)) continue;
    sets.add(entity.dataSet);
    for (const [update, outcome] of await updatesOf(entity, seed)) {
      const key = `${update}/${entity.dataSet}`;
      outcomes.set(key, [...(outcomes.get(key) ?? []), outcome]);
    }
  }
  return {
    title: 'The second half of the test part, after an update in its middle',
    columns: ['update', ...sets],
    rows: Object.keys(UPDATES).map((update) => [
      update,
      ...[...sets].map((set) => cell(outcomes.get(`${update}/${set}`) ?? [])),
    ]),
    note: 'One seed. VUS-PR; events with an alarm; calm rows in an open alarm. What was in alarm before the middle is left out of learning.',
  };
}

async function updatesOf(entity: Entity, seed: number): Promise<readonly [string, Outcome][]> {
  const { train, test, labels } = entity;
  const table = joined(train, test);
  const middle = train.rows + Math.floor(test.rows / 2);
  const first = await learnRows(entity, table, { from: 0, to: train.rows, exclude: [] }, seed);
  const half = { from: train.rows, to: middle };
  const exclude = alarmed(scoreRows(entity, first, table, half), train.rows);
  const known = labels.subarray(middle - train.rows);
  const found: [string, Outcome][] = [];
  for (const [update, rowsOf] of Object.entries(UPDATES)) {
    const rows = rowsOf(train.rows, middle);
    const inside = exclude.filter(({ to }) => to <= rows.to);
    const model =
      rows.to === train.rows
        ? first
        : await learnRows(entity, table, { ...rows, exclude: inside }, seed);
    const ticks = scoreRows(entity, model, table, { from: middle, to: table.rows });
    const scores = Float64Array.from(ticks, (tick) => tick.sources[0]?.score ?? 0);
    const open = Uint8Array.from(ticks, ({ anomalous }) => (anomalous ? 1 : 0));
    const { caught, events, falseRows, calmRows } = countEvents(known, open);
    const firstColumn = test.data.filter((_, i) => i % test.columns.length === 0);
    const vus = known.includes(1) ? vusPr(known, scores, bufferLength(firstColumn)) : Number.NaN;
    found.push([update, { vus, caught, events, openCalm: falseRows, calm: calmRows }]);
  }
  return found;
}

function joined(train: Table, test: Table): Table {
  const data = new Float64Array(train.data.length + test.data.length);
  data.set(train.data);
  data.set(test.data, train.data.length);
  return { columns: train.columns, rows: train.rows + test.rows, data };
}

/** Ranges of rows in which an alarm was open. */
function alarmed(ticks: readonly { readonly anomalous: boolean }[], from: number): Rows['exclude'] {
  const ranges: { from: number; to: number }[] = [];
  for (const [i, { anomalous }] of ticks.entries()) {
    if (!anomalous) continue;
    const last = ranges.at(-1);
    if (last?.to === from + i) last.to++;
    else ranges.push({ from: from + i, to: from + i + 1 });
  }
  return ranges;
}

function cell(outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const share = (100 * sum(({ openCalm }) => openCalm)) / sum(({ calm }) => calm);
  const vus = meanOf(outcomes.map((outcome) => outcome.vus)).toFixed(3);
  return `${vus}; ${sum(({ caught }) => caught)} of ${sum(({ events }) => events)}; ${share.toFixed(1)} %`;
}
