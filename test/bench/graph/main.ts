import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { learnGraph } from '@ethogram/learn';
import type { GraphPart } from '@ethogram/model';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { type EdgeQuality, edgeQuality, type PairScores } from './edge-quality.js';
import { processSeries } from './process-series.js';
import { readScene } from './read-scene.js';
import type { Scene } from './scene.js';
import { StockMarketRecipe, type Taken } from './stock-market-recipe.js';

const HELP = `Measures how well the dependency graph is found, and how long it takes, beside the
recipe of scikit-learn's stock market example on the same series.

  npm run bench:graph -- [--sizes 20,100,300] [--seeds 11,12,13] [--samples 1800]
                         [--generator SCRIPT.py] [--no-recipe] [--recipe-seeds 1] [--times 100,300,500]
                         [--write]

--write leaves the figures in test/bench/results/graph.json. Four minutes on two quiet cores, more
than half of them scikit-learn's at 300 sources; the first time pip brings scikit-learn, too.
Without --generator (or ETHOGRAM_GRAPH_GENERATOR) the series come from the bench's own generator;
with it from \`python SCRIPT --p P --n N --seed S --out DIR [--null]\`.
`;

const ROOT = new URL('../../../../', import.meta.url);
const PACKAGES = ['numpy==2.4.6', 'scipy==1.17.1', 'scikit-learn==1.9.1'];
const GOALS = new Map([
  [20, { aupr: 0.9, f1: 0.85 }],
  [100, { aupr: 0.86, f1: 0.85 }],
  [300, { aupr: 0.82, f1: 0.85 }],
]);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const numbers = (text: string): number[] => text.split(',').map(Number);

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '20,100,300' },
    seeds: { type: 'string', default: '11,12,13' },
    samples: { type: 'string', default: '1800' },
    times: { type: 'string', default: '100,300,500' },
    generator: { type: 'string' },
    'no-recipe': { type: 'boolean', default: false },
    'recipe-seeds': { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** A Python with scikit-learn, prepared once; `undefined` and a word why where there is none. */
async function findPython(): Promise<string | undefined> {
  const module: unknown = await import(
    pathToFileURL(fileURLToPath(new URL('packages/setup/src/python-packages.mjs', ROOT))).href
  );
  const { preparePythonPackages } = module as {
    preparePythonPackages(
      packages: readonly string[],
    ): Promise<{ readonly python: string } | { readonly reason: string }>;
  };
  const prepared = await preparePythonPackages(PACKAGES);
  if ('python' in prepared) return prepared.python;
  say(`without scikit-learn: ${prepared.reason}`);
  return undefined;
}

function makeScene(p: number, seed: number, unrelated: boolean, python: string | undefined): Scene {
  const n = Number(flags.samples);
  const script = flags.generator ?? process.env['ETHOGRAM_GRAPH_GENERATOR'];
  if (script === undefined) return processSeries({ p, n, seed, unrelated });
  if (python === undefined) throw new Error('--generator needs a Python, found none');
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-graph-'));
  try {
    const size = ['--p', String(p), '--n', String(n), '--seed', String(seed)];
    const args = [script, ...size, '--out', folder, ...(unrelated ? ['--null'] : [])];
    execFileSync(python, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    return readScene(folder, `${unrelated ? 'unrelated ' : ''}p=${p} seed ${seed}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function learn(scene: Scene, fast: boolean): Promise<Taken & { part: GraphPart }> {
  const started = performance.now();
  const before = process.cpuUsage();
  const part = await learnGraph({
    range: { from: 0, to: (scene.activity[0]?.length ?? 0) * 1000 },
    stepMs: 1000,
    sources: scene.names.map((name, i) => ({
      kind: scene.kinds[i] ?? 'process',
      name,
      metric: 'activity',
    })),
    activity: scene.activity,
    links: [],
    options: { fastAbove: fast ? 0 : Number.POSITIVE_INFINITY },
  });
  const { user, system } = process.cpuUsage(before);
  return { part, ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}

function scoresOf(scene: Scene, part: GraphPart): PairScores {
  const p = scene.names.length;
  const index = new Map(scene.names.map((name, i) => [name, i] as const));
  const scores = { p, strength: new Float64Array(p * p), accepted: new Uint8Array(p * p) };
  const at = (node: number) => index.get(part.nodes[node]?.name ?? '') ?? -1;
  for (const edge of part.inferred) {
    const [a, b] = [at(edge.a), at(edge.b)].sort((x, y) => x - y) as [number, number];
    scores.strength[a * p + b] = edge.strength;
    scores.accepted[a * p + b] = edge.accepted ? 1 : 0;
  }
  return scores;
}

/** Right and wrong among the true edges that were given a direction. */
function directions(scene: Scene, part: GraphPart): { right: number; wrong: number } {
  const truth = new Set(scene.truth.map(([a, b]) => `${scene.names[a]}>${scene.names[b]}`));
  const count = { right: 0, wrong: 0 };
  for (const edge of part.inferred) {
    if (!edge.accepted || edge.leads === null) continue;
    const ends = [part.nodes[edge.a]?.name, part.nodes[edge.b]?.name];
    if (edge.leads === 'b') ends.reverse();
    if (truth.has(ends.join('>'))) count.right++;
    else if (truth.has(ends.reverse().join('>'))) count.wrong++;
  }
  return count;
}

/** Means over the seeds: AUPR, F1, precision, recall. */
function means(list: readonly EdgeQuality[]): string[] {
  const of = (key: keyof EdgeQuality) => mean(list.map((one) => one[key])).toFixed(3);
  return [of('aupr'), of('f1'), of('precision'), of('recall')];
}

function row(name: string, list: readonly EdgeQuality[], more = ''): string {
  return `  ${name.padEnd(24)} ${means(list).join('  ')}  ${more}`;
}

async function quality(
  python: string | undefined,
  recipe: StockMarketRecipe | undefined,
): Promise<BenchTable> {
  const rows: string[][] = [];
  say('quality, means over the seeds    AUPR   F1     prec.  recall');
  for (const p of numbers(flags.sizes)) {
    const ours: EdgeQuality[] = [];
    const theirs: EdgeQuality[] = [];
    const lead = { right: 0, wrong: 0 };
    for (const [i, seed] of numbers(flags.seeds).entries()) {
      const scene = makeScene(p, seed, false, python);
      const { part } = await learn(scene, false);
      ours.push(edgeQuality(scene, scoresOf(scene, part)));
      const { right, wrong } = directions(scene, part);
      lead.right += right;
      lead.wrong += wrong;
      if (recipe && i < Number(flags['recipe-seeds'])) {
        theirs.push(edgeQuality(scene, recipe.run(scene).scores));
      }
    }
    const hidden = ours.reduce((sum, one) => sum + one.hidden, 0);
    const led = `${lead.right} right, ${lead.wrong} wrong`;
    say(row(`p = ${p} Ethogram`, ours, `directions ${led}; hidden pairs ${hidden}`));
    rows.push([String(p), '**Ethogram**', ...means(ours), led]);
    if (theirs.length > 0) {
      say(row(`p = ${p} stock market`, theirs, `${theirs.length} seed(s)`));
      rows.push([String(p), `stock-market recipe (${theirs.length} seed)`, ...means(theirs), '–']);
    }
    const goal = GOALS.get(p);
    if (goal) say(`  goal                     ${goal.aupr.toFixed(3)}  ${goal.f1.toFixed(3)}`);
  }
  return {
    title: 'Edges found, series with a known graph',
    columns: ['sources', 'method', 'AUPR', 'F1', 'precision', 'recall', 'directions'],
    rows,
    note: `n = ${flags.samples}, means over seeds ${flags.seeds}, which were held out from development.`,
  };
}

async function unrelated(python: string | undefined): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  say('unrelated sources: edges found');
  for (const p of numbers(flags.sizes)) {
    const found: string[] = [];
    let wrong = 0;
    for (const seed of numbers(flags.seeds)) {
      const scene = makeScene(p, seed, true, python);
      const { hidden, falseEdges } = edgeQuality(
        scene,
        scoresOf(scene, (await learn(scene, false)).part),
      );
      wrong += falseEdges;
      found.push(`${falseEdges} false + ${hidden} of ${scene.hidden.length} hidden pairs`);
    }
    say(`  p = ${String(p).padEnd(4)} ${found.join('; ')}`);
    rows.push([p, wrong]);
  }
  return {
    title: 'Edges between sources that do not depend on each other',
    columns: ['sources', `edges in ${numbers(flags.seeds).length} draws`],
    rows,
  };
}

const seconds = ({ ms, cpuMs }: Taken): string =>
  `${(ms / 1000).toFixed(2)} (${(cpuMs / 1000).toFixed(2)})`;

async function times(
  python: string | undefined,
  recipe: StockMarketRecipe | undefined,
): Promise<BenchTable> {
  const rows: string[][] = [];
  say(`seconds (of processor time), n = ${flags.samples}: full, fast, GraphicalLassoCV`);
  for (const p of numbers(flags.times)) {
    const scene = makeScene(p, numbers(flags.seeds)[0] ?? 11, false, python);
    const full = await learn(scene, false);
    const fast = await learn(scene, true);
    const theirs = p <= 300 ? recipe?.run(scene) : undefined;
    const peer = theirs
      ? `${seconds(theirs)}, ${(theirs.cpuMs / full.cpuMs).toFixed(1)} times full`
      : '–';
    rows.push([String(p), seconds(full), seconds(fast), peer]);
    say(`  p = ${rows.at(-1)?.join('   ')}`);
  }
  return {
    title: 'Seconds to learn a graph, in brackets of processor time',
    columns: ['sources', 'full', 'fast mode', 'GraphicalLassoCV'],
    rows,
    note: `n = ${flags.samples}; goals: full 10 s at 100 and 60 s at 300 sources, fast 1, 4 and 10 s at 100, 300 and 500.`,
  };
}

if (flags.help) say(HELP);
else {
  const script = flags.generator ?? process.env['ETHOGRAM_GRAPH_GENERATOR'];
  say(`series from ${script === undefined ? 'the own generator' : 'the given generator'}`);
  const needed = !flags['no-recipe'] || script !== undefined;
  const python = needed ? await findPython() : undefined;
  const recipe =
    python === undefined || flags['no-recipe'] ? undefined : new StockMarketRecipe(python, say);
  const tables = [
    await quality(python, recipe),
    await unrelated(python),
    await times(python, recipe),
  ];
  if (flags.write) {
    writeBenchResult(fileURLToPath(new URL('test/bench/results/graph.json', ROOT)), {
      bench: 'graph',
      command: 'npm run bench:graph',
      versions: Object.fromEntries(PACKAGES.map((name) => name.split('==') as [string, string])),
      tables,
    });
  }
}
