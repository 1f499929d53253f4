import type { Model } from '@ethogram/model';
import {
  anomalyView,
  htmlList,
  htmlPage,
  htmlTable,
  learnedLines,
  type PageSection,
  printable,
  STEP_NAMES,
  scoreChart,
  stepView,
} from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { file, text } from '../options/kinds.js';
import { option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';
import { type FoundWindow, findWindow } from '../window/find-window.js';
import { windowOptions } from '../window/window-options.js';

/** `report`: a page with pictures. */
export const reportCommand = defineCommand({
  name: 'report',
  summary: 'write one self-contained page about a model or a recording',
  description:
    'With --model: what was learned, the graph, and each step of learning. With --recording (or --from and --to): also the score of the host over time and its anomalies under that model; without --model, under one learned from that recording itself, which is not kept. The page has no script and loads nothing.',
  options: {
    model: option(text('MODEL'), {
      help: 'name in the store (NAME or NAME@VERSION) or a model file',
      example: 'web',
    }),
    ...windowOptions,
    out: option(file, { help: 'the page (default: standard output)', example: 'web.html' }),
  },
  examples: [
    { run: 'ethogram report --model web --out web.html', does: 'what was learned' },
    {
      run: 'ethogram report --model web --recording suspect --out suspect.html',
      does: 'a recording under that model',
    },
  ],
  async run(context, options) {
    const { clock, notices, out } = context;
    const hasWindow = options.recording !== undefined || options.from !== undefined;
    if (options.model === undefined && !hasWindow) {
      throw cliErrors.make('CLI-1001', 'expected --model or --recording, found neither');
    }
    const store = hasWindow ? await context.openStore('read') : undefined;
    const window = store && (await findWindow(store, options, clock.nowMs()));
    const given = options.model === undefined ? undefined : await loadModel(context, options.model);
    const model = given ?? (store && window && (await learnFrom(context, store, window)));
    if (!model) throw cliErrors.make('CLI-1001', 'expected --model or --recording, found neither');
    const sections = [
      { title: 'What was learned', html: htmlList(learnedLines(model)) },
      ...(store && window ? await scoreSections(context, store, window, model) : []),
      ...(await graphSections(model)),
      ...STEP_NAMES.map((step) => {
        const { view, rows } = stepView(model, step);
        return { title: `Step: ${step}`, html: htmlTable(view, rows) };
      }),
    ];
    const title = `${options.recording ?? model.name}: how ${model.host} behaves`;
    await writeResult(out, options.out, htmlPage(title, sections));
    if (options.out !== undefined) notices.note(`${printable(options.out)} is for a browser`);
    return 0;
  },
});

/** A model of the window itself, for this page only. */
async function learnFrom(
  { signal, notices }: CommandContext,
  store: Store,
  { query, window }: FoundWindow,
): Promise<Model> {
  const { train } = await import('@ethogram/learn');
  const { countIncidents } = await import('@ethogram/score');
  const progress = notices.progress('learning');
  const model = await train(
    () => store.samples.read(query, { signal }),
    { name: query.recording ?? 'window', window, seed: 1 },
    {
      signal,
      evaluate: countIncidents,
      onProgress: ({ step, done }) => progress.update(done, 1, step),
    },
  );
  progress.finish();
  return model;
}

async function scoreSections(
  { signal }: CommandContext,
  store: Store,
  { query }: FoundWindow,
  model: Model,
): Promise<readonly PageSection[]> {
  const { createScorer } = await import('@ethogram/score');
  const scorer = createScorer(model);
  const anomalies: AnomalyRecord[] = [];
  const points: { ts: number; score: number; anomalous: boolean }[] = [];
  for await (const block of store.samples.read(query, { signal })) {
    for (const { ts, score, anomalous, anomalies: begun } of scorer.push(block)) {
      points.push({ ts, score, anomalous });
      anomalies.push(...begun);
    }
  }
  return [
    {
      title: 'Score of the host over time',
      html: scoreChart({ points, warn: model.thresholds.warn }),
    },
    { title: 'Anomalies', html: htmlTable(anomalyView, anomalies) },
  ];
}

async function graphSections(model: Model): Promise<readonly PageSection[]> {
  if (!model.graph) return [];
  const { buildGraph, formatGraph } = await import('@ethogram/graph');
  const graph = buildGraph(model.graph, { model: model.name, isolated: false });
  const svg = formatGraph(graph, 'svg').replace(/^<\?xml[^>]*>\s*/, '');
  return [{ title: 'Who depends on whom', html: `<figure>${svg}</figure>` }];
}
