import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TimeRange } from '@ethogram/core';
import { type Model, serialiseModel } from '@ethogram/model';
import { anomalyLine, durationText, learnedLines, printable } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { RecordingInfo, Store } from '@ethogram/store';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { openStoreAt } from '../open-store-at.js';
import { file, integer } from '../options/kinds.js';
import { option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';
import { foundBy, type Label, readLabels } from '../service/labels.js';

/** The data set that ships with the product, in a checkout. */
const SHIPPED = fileURLToPath(new URL('../../../../datasets/web-story', import.meta.url));
/** Of a recording without labels, so much is learned from. */
const LEARNED_SHARE = 0.7;
const MOST_ANOMALIES = 12;
const RECORDING = 'demo';

/** `demo`: the whole story on a recording, without any privilege. */
export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'learn, score and draw a recording that ships with the product',
  description:
    'Needs no privilege and no store: reads the recording into memory, learns from what lies before the first misbehaviour that its labels name, scores the rest, draws the graph, and says which of the labelled events were found.',
  options: {
    dataset: option(file, {
      value: 'FOLDER',
      help: 'a folder with a recording in Parquet and, if there are any, labels.json (default: the web story of this checkout)',
      example: 'datasets/web-story',
    }),
    seed: option(integer(0, 2 ** 31 - 1), {
      default: '1',
      help: 'the only source of randomness',
      example: '7',
    }),
    out: option(file, {
      value: 'FOLDER',
      default: 'ethogram-demo',
      help: 'where the model and the pictures go',
      example: 'demo',
    }),
  },
  examples: [{ run: 'ethogram demo', does: 'the whole story, within seconds' }],
  async run(context, { dataset = SHIPPED, seed, out: folder }) {
    const { out, notices, clock } = context;
    const startNs = clock.monotonicNs();
    const recording = await findRecording(dataset);
    const labels = await readLabels(join(dataset, 'labels.json'));
    const store = await openStoreAt('memory:', { mode: 'write' });
    try {
      notices.note(`reading ${printable(recording)}`);
      const { importInto } = await import('@ethogram/store');
      await importInto(store.samples, RECORDING, [recording], { signal: context.signal });
      const [info] = await store.samples.recordings();
      if (!info) throw cliErrors.make('CLI-1007', 'expected ticks in the recording, found none');
      const split = splitAt(info, labels);
      const model = await learn(context, store, { from: info.from, to: split }, seed);
      const anomalies = await score(context, store, model, { from: split, to: info.to + 1 });
      const files = await draw(context, model, folder);
      const found = labels
        .filter(({ kind }) => kind === 'misbehaviour')
        .map((label) => ({ label, anomaly: foundBy(label, anomalies) }));
      const tookMs = Number(clock.monotonicNs() - startNs) / 1e6;
      await out.document(
        {
          type: 'demo',
          model: model.id,
          regime: model.regime,
          anomalies,
          found: found.map(({ label, anomaly }) => ({ ...label, by: anomaly?.id ?? null })),
          files,
          tookMs: Math.round(tookMs),
        },
        [
          ...learnedLines(model),
          '',
          `${anomalies.length} anomalies in the ${durationText(info.to - split)} after that:`,
          ...anomalies.slice(0, MOST_ANOMALIES).map((row) => anomalyLine(row, out.style)),
          ...(anomalies.length > MOST_ANOMALIES ? ['…'] : []),
          '',
          ...found.map(({ label, anomaly }) => foundLine(label, anomaly)),
          `Files: ${files.map(printable).join(', ')}`,
          `All in ${durationText(tookMs)}.`,
        ],
      );
    } finally {
      await store.close();
    }
    return 0;
  },
});

async function findRecording(folder: string): Promise<string> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const name = names.sort().find((one) => one.endsWith('.parquet'));
  if (name !== undefined) return join(folder, name);
  const message = `expected a recording in Parquet in ${printable(folder)}, found none`;
  throw cliErrors.make('CLI-1008', message, {
    remedy: 'Run it in a checkout, or name a folder with --dataset.',
  });
}

/** What lies before the first misbehaviour is normal. */
function splitAt({ from, to }: RecordingInfo, labels: readonly Label[]): number {
  const wrong = labels.filter(({ kind }) => kind === 'misbehaviour').map((l) => Date.parse(l.from));
  return wrong.length > 0 ? Math.min(...wrong) : from + Math.round((to - from) * LEARNED_SHARE);
}

async function learn(
  { signal, notices }: CommandContext,
  store: Store,
  range: TimeRange,
  seed: number,
): Promise<Model> {
  const { train } = await import('@ethogram/learn');
  const { countIncidents } = await import('@ethogram/score');
  const progress = notices.progress('learning');
  const model = await train(
    () => store.samples.read({ recording: RECORDING, range }, { signal }),
    { name: RECORDING, window: { ...range, exclude: [] }, seed },
    {
      signal,
      evaluate: countIncidents,
      onProgress: ({ step, done }) => progress.update(done, 1, step),
    },
  );
  progress.finish();
  return model;
}

async function score(
  { signal }: CommandContext,
  store: Store,
  model: Model,
  range: TimeRange,
): Promise<readonly AnomalyRecord[]> {
  const { createScorer } = await import('@ethogram/score');
  const scorer = createScorer(model);
  const anomalies: AnomalyRecord[] = [];
  for await (const block of store.samples.read({ recording: RECORDING, range }, { signal })) {
    for (const tick of scorer.push(block)) anomalies.push(...tick.anomalies);
  }
  return anomalies;
}

async function draw(
  { out }: CommandContext,
  model: Model,
  folder: string,
): Promise<readonly string[]> {
  const { buildGraph, formatGraph } = await import('@ethogram/graph');
  await mkdir(folder, { recursive: true });
  const files = [join(folder, 'model.json')];
  await writeResult(out, files[0], serialiseModel(model));
  if (model.graph) {
    const graph = buildGraph(model.graph, { model: model.name });
    for (const format of ['svg', 'json'] as const) {
      const path = join(folder, `graph.${format}`);
      await writeResult(out, path, formatGraph(graph, format));
      files.push(path);
    }
  }
  return files;
}

function foundLine(label: Label, anomaly: AnomalyRecord | undefined): string {
  const name = printable(label.name);
  if (!anomaly) return `missed: ${name}`;
  const after = durationText(Math.max(0, Date.parse(anomaly.ts) - Date.parse(label.from)));
  return `found after ${after}: ${name} (${printable(anomaly.source.name)}, ${anomaly.kinds.join('+')})`;
}
