import type { TimeRange } from '@ethogram/core';
import { type Model, serialiseModel } from '@ethogram/model';
import { printable, trainingLines, trainingRecord } from '@ethogram/report';
import type { Store } from '@ethogram/store';
import type { CommandContext } from '../command.js';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { judgeCandidate } from '../models/judge-candidate.js';
import { learningThreads } from '../models/learning-threads.js';
import { loadModel, modelPin } from '../models/load-model.js';
import { signerOf } from '../models/model-keys.js';
import { choice, file, integer, rate, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';
import { strangeRanges } from '../score/feedback-store.js';
import { findWindow } from '../window/find-window.js';
import { inOneStep } from '../window/in-one-step.js';
import { excludeOption, windowOptions } from '../window/window-options.js';

/** `train`: a window of the store becomes a model. */
export const trainCommand = defineCommand({
  name: 'train',
  summary: 'learn a model from a recording or a window',
  description:
    'Learns what every source does, how sources depend on each other, and from which scores on to warn so that false alarms stay within --false-alarms. The model is kept in the store under --name as its next version and becomes the active one; --out also writes it as a file. The time of incidents that are open, or that `ethogram ack` named as misbehaviour or as expected until a time, is left out. The same window and seed give the same model to the byte.',
  options: {
    ...windowOptions,
    ...excludeOption,
    falseAlarms: option(rate, {
      default: '1/d',
      help: 'how many false alarms are acceptable, as incidents per host',
      example: '2/w',
    }),
    seed: option(integer(0, 2 ** 31 - 1), {
      default: '1',
      help: 'the only source of randomness',
      example: '7',
    }),
    name: option(text('NAME'), {
      help: 'name of the model in the store (default: the name of the recording, else "window")',
      example: 'web',
    }),
    update: option(text('MODEL'), {
      help: 'the model that this one follows: it takes over its name, and stays a candidate where it opens more incidents on the time held out',
      example: 'web',
    }),
    group: option(choice(['unit', 'scope', 'exe']), {
      help: 'what is one source: unit leaves processes as they were recorded, scope takes a unit or container as one, exe an executable wherever it runs (default: that of --update, else unit)',
      example: 'scope',
    }),
    sign: option(file, {
      help: 'sign the model with this private ed25519 key; without it, and with --require-signature, it stays a candidate',
      example: 'key.pem',
    }),
    requireReady: flag({
      help: 'exit with 4 where the model is not ready; it is kept as a candidate, not as the active one',
    }),
    out: option(file, { help: 'also write the model to this file', example: 'model.json' }),
  },
  examples: [
    { run: 'ethogram train --recording normal', does: 'learn from a recording' },
    {
      run: 'ethogram train --from -6h --exclude -2h/-1h --name web --out web.json',
      does: 'learn from the last six hours but one, keep it as "web" and as a file',
    },
    {
      run: 'ethogram train --from -7d --update web',
      does: 'learn anew, and use it only where it is no worse than the active version',
    },
    {
      run: 'ethogram train --recording normal --require-ready --false-alarms 1/w',
      does: 'fail where too little of normal was seen',
    },
  ],
  async run(context, options) {
    const { clock, notices, out, signal } = context;
    const sign = options.sign === undefined ? undefined : signerOf(options.sign);
    const store = await context.openStore('annotate');
    const parent =
      options.update === undefined ? undefined : await loadModel(context, options.update);
    const asked = await findWindow(store, options, clock.nowMs(), options.exclude);
    const found = await inOneStep(store, asked, notices);
    const read = (range?: TimeRange) =>
      store.samples.read({ ...found.query, ...(range ? { range } : {}) }, { signal });
    const { train } = await import('@ethogram/learn');
    const { countIncidents } = await import('@ethogram/score');
    const strange = await strangeRanges(store, found.host, found.window);
    const startNs = clock.monotonicNs();
    const progress = notices.progress('training');
    const learned = await train(
      read,
      {
        name: options.name ?? parent?.name ?? options.recording ?? 'window',
        window: { ...found.window, exclude: [...found.window.exclude, ...strange] },
        seed: options.seed,
        falseAlarms: options.falseAlarms,
        parent: parent?.id ?? null,
        group: groupOf(options.group, parent),
      },
      {
        signal,
        onProgress: ({ step, done }) => progress.update(done, 1, step),
        evaluate: countIncidents,
        ...learningThreads(context, found.query),
      },
    );
    progress.finish();
    const model = sign ? sign(learned) : learned;
    const tookMs = Number(clock.monotonicNs() - startNs) / 1e6;
    const isReady = model.coverage.ready;
    const judgement = parent && (await judgeCandidate(model, parent, read, countIncidents));
    const isUnsigned = context.globals.requireSignature && !sign;
    const isCandidate =
      isUnsigned || (options.requireReady && !isReady) || judgement?.promote === false;
    const version = await keep(context, store, model, isCandidate);
    if (options.out !== undefined) await writeResult(out, options.out, serialiseModel(model));
    if (options.out !== '-') {
      const told = { version, tookMs };
      const state = isCandidate ? 'candidate' : 'active';
      await out.document(
        { ...trainingRecord(model, told), state, ...(judgement ? { judgement } : {}) },
        [
          ...trainingLines(model, told),
          `state       ${[state, ...(isUnsigned ? ['not signed'] : []), ...(judgement ? [judgement.reason] : [])].join(': ')}`,
        ],
      );
    }
    if (options.requireReady && !isReady) {
      const missing = model.missing.map(printable).join('; ');
      throw cliErrors.make(
        'CLI-1009',
        `expected a model that is ready, found one that ${missing || 'has seen too little'}`,
      );
    }
    return 0;
  },
});

/** How processes are merged: as asked for, else as in the model that is followed. */
function groupOf(
  asked: 'unit' | 'scope' | 'exe' | undefined,
  parent: Model | undefined,
): Model['group'] {
  if (asked === undefined) return parent?.group ?? null;
  return asked === 'unit' ? null : asked;
}

async function keep(
  { clock }: CommandContext,
  store: Store,
  model: Model,
  isCandidate: boolean,
): Promise<number> {
  const { name, host, window } = model;
  const version = await store.models.put({
    name,
    host,
    state: isCandidate ? 'candidate' : 'active',
    storedAt: clock.nowMs(),
    json: serialiseModel(model),
  });
  // Retention may merge what was learned from, so that it can be learned from again, not delete it.
  await store.maintenance.pin({
    id: modelPin(name, version),
    host,
    range: { from: window.from, to: window.to },
    tierMs: 10_000,
  });
  return version;
}
