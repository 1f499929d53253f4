import { type Block, EthogramError, type TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { printable } from '@ethogram/report';
import type { Store } from '@ethogram/store';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { choice, file, text } from '../options/kinds.js';
import { option } from '../options/option.js';
import { refuseIdle } from '../options/refuse-idle.js';
import type { Notices } from '../output/notices.js';
import { writeResult } from '../output/write-result.js';
import { readWindow } from '../page/read-window.js';
import { renderPage } from '../page/render-page.js';
import { readFeedback, strangeRanges } from '../score/feedback-store.js';
import { type FoundWindow, findWindow } from '../window/find-window.js';
import { inOneStep } from '../window/in-one-step.js';
import { windowOptions } from '../window/window-options.js';

/** `report`: a page with pictures. */
export const reportCommand = defineCommand({
  name: 'report',
  summary: 'write one self-contained page about a model or a recording',
  description:
    'With --model: what was learned, the graph, clusters, thresholds, coverage, and each step of learning. With --recording (or --from and --to): also what every process and device did over time, the scores and the anomalies with their reasons under that model; without --model, under one learned from that recording itself, which is not kept. The page has no script and loads nothing; it follows the reader between light and dark, and prints.',
  options: {
    model: option(text('MODEL'), {
      help: 'name in the store (NAME or NAME@VERSION) or a model file',
      example: 'web',
    }),
    ...windowOptions,
    style: option(choice(['plain', 'sketch']), {
      default: 'plain',
      help: 'how it is drawn; sketch is as if by hand',
      example: 'sketch',
    }),
    out: option(file, { help: 'the page (default: standard output)', example: 'web.html' }),
  },
  examples: [
    { run: 'ethogram report --recording web --out web.html', does: 'a recording by itself' },
    { run: 'ethogram report --model web --out model.html', does: 'what was learned' },
    {
      run: 'ethogram report --model web --recording suspect --out suspect.html',
      does: 'a recording under that model',
    },
  ],
  async run(context, options) {
    const { clock, notices, out, signal } = context;
    const hasWindow = options.recording !== undefined || options.from !== undefined;
    if (options.model === undefined && !hasWindow) {
      throw cliErrors.make('CLI-1001', 'expected --model or --recording, found neither');
    }
    if (!hasWindow) {
      refuseIdle(context.given, Object.keys(windowOptions), 'a window by --recording or --from');
    }
    const store = hasWindow ? await context.openStore('read') : undefined;
    const asked = store && (await findWindow(store, options, clock.nowMs()));
    const given = options.model === undefined ? null : await loadModel(context, options.model);
    const found = store && asked && !given ? await inOneStep(store, asked, notices) : asked;
    const notes: string[] = [];
    let model = given;
    if (!model && store && found) {
      const learned = await learnFrom(context, store, found);
      if (learned instanceof EthogramError) {
        notes.push(`Without a model, nothing is scored: ${learned.message}.`);
      } else {
        model = learned;
      }
    }
    const read =
      store && found
        ? await readWindow(
            told(store.samples.read(found.query, { signal }), found.window, notices),
            found.window,
            model,
            { feedback: await readFeedback(store, found.host) },
          )
        : { recording: null, scores: null, modes: [] };
    if (read.recording?.ticks === 0) {
      throw cliErrors.make('CLI-1007', 'expected ticks in the window, found none');
    }
    const host = found?.host ?? model?.host ?? '';
    const page = await renderPage(
      {
        title: `${options.recording ?? model?.name ?? 'recording'}: how ${host} behaves`,
        model,
        learnedHere: given === null,
        ...read,
        partGraphs: [],
        known: [],
        notes,
      },
      options.style,
    );
    await writeResult(out, options.out, page);
    if (options.out !== undefined) notices.note(`${printable(options.out)} is for a browser`);
    return 0;
  },
});

/** A model of the window itself, for this page only; the error where there is too little to learn. */
async function learnFrom(
  { signal, notices }: CommandContext,
  store: Store,
  { host, query, window }: FoundWindow,
): Promise<Model | EthogramError> {
  const { train } = await import('@ethogram/learn');
  const { countIncidents } = await import('@ethogram/score');
  const exclude = await strangeRanges(store, host, window);
  const progress = notices.progress('learning');
  try {
    return await train(
      () => store.samples.read(query, { signal }),
      { name: query.recording ?? 'window', window: { ...window, exclude }, seed: 1 },
      {
        signal,
        evaluate: countIncidents,
        onProgress: ({ step, done }) => progress.update(done, 1, step),
      },
    );
  } catch (error) {
    if (error instanceof EthogramError && error.exitCode === 4) return error;
    throw error;
  } finally {
    progress.finish();
  }
}

/** The blocks of a window, and on standard error how far reading them is. */
async function* told(
  blocks: AsyncIterable<Block>,
  { from, to }: TimeRange,
  notices: Notices,
): AsyncGenerator<Block> {
  const progress = notices.progress('reading');
  try {
    for await (const block of blocks) {
      yield block;
      progress.update((block.ts.at(-1) ?? from) + 1 - from, to - from);
    }
  } finally {
    progress.finish();
  }
}
