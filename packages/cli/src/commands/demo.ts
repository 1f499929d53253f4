import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Block, TimeRange } from '@ethogram/core';
import { type GraphPart, type Model, serialiseModel } from '@ethogram/model';
import {
  anomalyLine,
  countText,
  durationText,
  learnedLines,
  printable,
  shortTime,
} from '@ethogram/report';
import { type CommandContext, defineCommand } from '../command.js';
import { findingLine, findings } from '../demo/findings.js';
import { type Label, readLabels } from '../demo/labels.js';
import { graphPhases, type PhaseGraph, phaseLines, phaseTitle } from '../demo/phase-graphs.js';
import { findPhases, normalUntil } from '../demo/phases.js';
import { findRecording, readRecording, replay } from '../demo/read-recording.js';
import { findKernels } from '../models/learning-threads.js';
import { choice, file, integer } from '../options/kinds.js';
import { option } from '../options/option.js';
import { makeFolder, writeResult } from '../output/write-result.js';
import { readWindow } from '../page/read-window.js';
import { type PageStyle, renderPage } from '../page/render-page.js';

/** The data set that ships with the product: inside the package, or beside it in a checkout. */
const SHIPPED = ['../../datasets/web-story', '../../../../datasets/web-story'];
const MOST_ANOMALIES = 8;
/** Name of the model. */
const MODEL = 'demo';

/** `demo`: the whole story on a recording, without any privilege. */
export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'learn, score, draw and report a recording that ships with the product',
  description:
    'Needs no privilege and no store: reads the recording into memory, learns from what lies before the first misbehaviour that its labels name, draws who depends on whom in each phase (idle, after the service start, under load), scores the rest, says which of the labelled events were found and who is to blame, and writes a report.',
  options: {
    dataset: option(file, {
      value: 'FOLDER',
      help: 'a folder with a recording in Parquet and, if there are any, labels.json (default: the web story that ships with the product)',
      example: 'datasets/web-story',
    }),
    seed: option(integer(0, 2 ** 31 - 1), {
      default: '1',
      help: 'the only source of randomness',
      example: '7',
    }),
    style: option(choice(['plain', 'sketch']), {
      default: 'plain',
      help: 'how pictures are drawn; sketch is as if by hand',
      example: 'sketch',
    }),
    out: option(file, {
      value: 'FOLDER',
      default: 'ethogram-demo',
      help: 'where the report, the model and the pictures go',
      example: 'demo',
    }),
  },
  examples: [{ run: 'ethogram demo', does: 'the whole story, within seconds' }],
  async run(context, { dataset = shipped(), seed, style, out: folder }) {
    const { out, notices, clock, signal } = context;
    const startNs = clock.monotonicNs();
    const file = await findRecording(dataset);
    const labels = await readLabels(join(dataset, 'labels.json'));
    await makeFolder(folder);
    notices.note(`reading ${printable(file)}`);
    const { info, blocks } = await readRecording(file, signal);
    const whole = { from: info.from, to: info.to + 1 };
    const normal = { from: info.from, to: normalUntil(info, labels) };
    const { recording } = await readWindow(replay(blocks), whole, null);
    const phases = findPhases(normal, recording, labels);
    const kernels = findKernels(notices);
    // The model is learned in other threads; this one draws who depends on whom meanwhile.
    const [model, graphs] = await Promise.all([
      learn(context, blocks, normal, { seed, kernels }),
      graphPhases(
        phases,
        (phase) => learnGraphOf(context, blocks, phase, { seed, kernels }),
        style,
      ),
    ]);
    const read = await readWindow(replay(blocks), whole, model, { scoredFrom: normal.to });
    const anomalies = read.scores?.anomalies ?? [];
    const { found, others } = findings(labels, anomalies);
    const page = await renderPage(pageView(info.host, model, read, labels, graphs), style);
    const made = { page, model, graphs };
    const { files, failure } = await writeFiles(context, folder, made, style);
    const tookMs = Number(clock.monotonicNs() - startNs) / 1e6;
    await out.document(
      {
        type: 'demo',
        model: model.id,
        regime: model.regime,
        phases: graphs.map(({ phase, edges }) => ({ ...phase, edges })),
        anomalies,
        found: found.map(({ label, anomaly, named }) => ({
          ...label,
          by: anomaly?.id ?? null,
          source: anomaly?.source.name ?? null,
          named,
        })),
        others: others.length,
        files,
        tookMs: Math.round(tookMs),
      },
      [
        `${printable(info.host)}, ${durationText(info.to - info.from)} from ${shortTime(info.from)}: ${countText(info.ticks, 'tick')}, ${countText(info.sources, 'source')}`,
        '',
        ...phaseLines(graphs, out.style),
        '',
        ...learnedLines(model),
        '',
        `${countText(anomalies.length, 'anomaly', 'anomalies')} in the ${durationText(info.to - normal.to)} after that:`,
        ...anomalies.slice(0, MOST_ANOMALIES).map((row) => anomalyLine(row, out.style)),
        ...(anomalies.length > MOST_ANOMALIES ? ['…'] : []),
        '',
        ...found.map((finding) => findingLine(finding, out.style)),
        `${found.filter(({ anomaly }) => anomaly).length} of ${countText(found.length, 'misbehaviour')} found, the culprit named in ${found.filter(({ named }) => named).length}; ${countText(others.length, 'anomaly', 'anomalies')} that no label explains.`,
        '',
        `Files: ${files.map(printable).join(', ') || 'none'}`,
        `All in ${durationText(tookMs)}.`,
      ],
    );
    if (failure !== undefined) throw failure;
    return 0;
  },
});

function shipped(): string {
  const places = SHIPPED.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(place)) ?? (places.at(-1) as string);
}

/** What learning is told, beside the window. */
interface HowToLearn {
  readonly seed: number;
  readonly kernels: string | null;
}

async function learn(
  { signal, notices }: CommandContext,
  blocks: readonly Block[],
  range: TimeRange,
  { seed, kernels }: HowToLearn,
): Promise<Model> {
  const { train } = await import('@ethogram/learn');
  const { countIncidents } = await import('@ethogram/score');
  const progress = notices.progress(`learning ${MODEL}`);
  try {
    return await train(
      () => replay(blocks),
      { name: MODEL, window: { ...range, exclude: [] }, seed },
      {
        signal,
        kernels,
        evaluate: countIncidents,
        onProgress: ({ step, done }) => progress.update(done, 1, step),
      },
    );
  } finally {
    progress.finish();
  }
}

async function learnGraphOf(
  { signal }: CommandContext,
  blocks: readonly Block[],
  range: TimeRange,
  { seed, kernels }: HowToLearn,
): Promise<GraphPart> {
  const { learnWindowGraph } = await import('@ethogram/learn');
  const window = { from: range.from, to: range.to, exclude: [] };
  return learnWindowGraph(() => replay(blocks), { window, seed }, { signal, kernels });
}

function pageView(
  host: string,
  model: Model,
  read: Awaited<ReturnType<typeof readWindow>>,
  labels: readonly Label[],
  graphs: readonly PhaseGraph[],
): Parameters<typeof renderPage>[0] {
  return {
    title: `${host}: the story of a small web shop`,
    model,
    learnedHere: false,
    ...read,
    partGraphs: graphs.flatMap(({ phase, svg }) =>
      svg === null ? [] : [{ title: phaseTitle(phase), svg }],
    ),
    known: labels.map(({ kind, name, from, to }) => ({
      kind,
      name,
      from: Date.parse(from),
      to: Date.parse(to),
    })),
    notes: [],
  };
}

/**
 * Writes the files one after the other, up to the first that cannot be written: what was found is
 * told all the same.
 */
async function writeFiles(
  { out }: CommandContext,
  folder: string,
  made: { readonly page: string; readonly model: Model; readonly graphs: readonly PhaseGraph[] },
  style: PageStyle,
): Promise<{ readonly files: readonly string[]; readonly failure?: unknown }> {
  const { buildGraph, formatGraph } = await import('@ethogram/graph');
  const { graph } = made.model;
  const built = graph && buildGraph(graph, { model: made.model.name });
  const texts: readonly (readonly [string, string | null])[] = [
    ['report.html', made.page],
    ['model.json', serialiseModel(made.model)],
    ['graph.svg', built && formatGraph(built, 'svg', { style })],
    ['graph.json', built && formatGraph(built, 'json')],
    ...made.graphs.map(({ phase, svg }) => [`graph-${phase.slug}.svg`, svg] as const),
  ];
  const files: string[] = [];
  for (const [name, text] of texts) {
    if (text === null) continue;
    const path = join(folder, name);
    try {
      await writeResult(out, path, text);
    } catch (failure) {
      return { files, failure };
    }
    files.push(path);
  }
  return { files };
}
