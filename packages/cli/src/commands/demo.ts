import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TimeRange } from '@ethogram/core';
import { type Model, serialiseModel } from '@ethogram/model';
import {
  anomalyLine,
  countText,
  durationText,
  learnedLines,
  printable,
  shortTime,
} from '@ethogram/report';
import type { Store } from '@ethogram/store';
import { type CommandContext, defineCommand } from '../command.js';
import { findingLine, findings } from '../demo/findings.js';
import { type Label, readLabels } from '../demo/labels.js';
import { graphPhases, type PhaseGraph, phaseLines } from '../demo/phase-graphs.js';
import { findPhases, normalUntil } from '../demo/phases.js';
import { cliErrors } from '../errors.js';
import { openStoreAt } from '../open-store-at.js';
import { choice, file, integer } from '../options/kinds.js';
import { option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';
import { readWindow } from '../page/read-window.js';
import { type PageStyle, renderPage } from '../page/render-page.js';

/** The data set that ships with the product, in a checkout. */
const SHIPPED = fileURLToPath(new URL('../../../../datasets/web-story', import.meta.url));
const MOST_ANOMALIES = 8;
const RECORDING = 'demo';

/** `demo`: the whole story on a recording, without any privilege. */
export const demoCommand = defineCommand({
  name: 'demo',
  summary: 'learn, score, draw and report a recording that ships with the product',
  description:
    'Needs no privilege and no store: reads the recording into memory, learns from what lies before the first misbehaviour that its labels name, draws who depends on whom in each phase (idle, after the service start, under load), scores the rest, says which of the labelled events were found and who is to blame, and writes a report.',
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
  async run(context, { dataset = SHIPPED, seed, style, out: folder }) {
    const { out, notices, clock, signal } = context;
    const startNs = clock.monotonicNs();
    const file = await findRecording(dataset);
    const labels = await readLabels(join(dataset, 'labels.json'));
    const store = await openStoreAt('memory:', { mode: 'write' });
    try {
      notices.note(`reading ${printable(file)}`);
      const { importInto } = await import('@ethogram/store');
      await importInto(store.samples, RECORDING, [file], { signal });
      const [info] = await store.samples.recordings();
      if (!info) throw cliErrors.make('CLI-1007', 'expected ticks in the recording, found none');
      const whole = { from: info.from, to: info.to + 1 };
      const normal = { from: info.from, to: normalUntil(info, labels) };
      const query = { recording: RECORDING, range: whole };
      const { recording } = await readWindow(store.samples, query, whole, null, { signal });
      const learn = (range: TimeRange, name: string) =>
        learnRange(context, store, range, name, seed);
      const phases = findPhases(normal, recording, labels);
      const graphs = await graphPhases(phases, (phase) => learn(phase, phase.name), style);
      const model = await learn(normal, RECORDING);
      const scored = { signal, scoredFrom: normal.to };
      const read = await readWindow(store.samples, query, whole, model, scored);
      const anomalies = read.scores?.anomalies ?? [];
      const { found, others } = findings(labels, anomalies);
      const page = await renderPage(pageView(info.host, model, read, labels), style);
      const files = await writeFiles(context, folder, { page, model, graphs }, style);
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

async function learnRange(
  { signal, notices }: CommandContext,
  store: Store,
  range: TimeRange,
  name: string,
  seed: number,
): Promise<Model> {
  const { train } = await import('@ethogram/learn');
  const { countIncidents } = await import('@ethogram/score');
  const progress = notices.progress(`learning ${name}`);
  try {
    return await train(
      () => store.samples.read({ recording: RECORDING, range }, { signal }),
      { name, window: { ...range, exclude: [] }, seed },
      {
        signal,
        // Phases are learned for their graphs alone; only the whole needs its thresholds checked.
        ...(name === RECORDING ? { evaluate: countIncidents } : {}),
        onProgress: ({ step, done }) => progress.update(done, 1, step),
      },
    );
  } finally {
    progress.finish();
  }
}

function pageView(
  host: string,
  model: Model,
  read: Awaited<ReturnType<typeof readWindow>>,
  labels: readonly Label[],
): Parameters<typeof renderPage>[0] {
  return {
    title: `${host}: the story of a small web shop`,
    model,
    learnedHere: false,
    ...read,
    known: labels.map(({ kind, name, from, to }) => ({
      kind,
      name,
      from: Date.parse(from),
      to: Date.parse(to),
    })),
    notes: [],
  };
}

async function writeFiles(
  { out }: CommandContext,
  folder: string,
  made: { readonly page: string; readonly model: Model; readonly graphs: readonly PhaseGraph[] },
  style: PageStyle,
): Promise<readonly string[]> {
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
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [name, text] of texts) {
    if (text === null) continue;
    const path = join(folder, name);
    await writeResult(out, path, text);
    files.push(path);
  }
  return files;
}
