import { comparisonLines, printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { text } from '../options/kinds.js';
import { option } from '../options/option.js';
import { findWindow } from '../window/find-window.js';
import { inStepsOfModel } from '../window/in-steps-of-model.js';
import { windowOptions } from '../window/window-options.js';

/** `compare`: is this window like what was learned? */
export const compareCommand = defineCommand({
  name: 'compare',
  summary: 'say whether a window is like what a model learned, and what differs',
  description:
    'A verdict for the host and for every source: normal, drifting (its metrics, its mix of system calls or its distributions of sizes and latencies moved, without alarm), anomalous (in alarm for more than a passing incident), or not comparable (too little of it, or never learned).',
  options: {
    model: option(text('MODEL'), {
      help: 'name in the store (NAME or NAME@VERSION) or a model file',
      example: 'web',
    }),
    ...windowOptions,
  },
  examples: [
    { run: 'ethogram compare --model web --recording monday', does: 'a recording against a model' },
    { run: 'ethogram compare --model web --from -1h -o json', does: 'the last hour, as JSON' },
  ],
  async run(context, options) {
    const { clock, out, signal, notices } = context;
    if (options.model === undefined) {
      throw cliErrors.make('CLI-1001', 'expected --model NAME or FILE, found none');
    }
    const store = await context.openStore('read');
    const model = await loadModel(context, options.model);
    const { query, window } = await findWindow(store, options, clock.nowMs());
    const { from, to } = window;
    const inSteps = await inStepsOfModel(store, { ...query, range: { from, to } }, model);
    const { compareWindow } = await import('@ethogram/score');
    const comparison = await compareWindow(model, store.samples.read(inSteps, { signal }));
    if (comparison.ticks === 0) {
      throw cliErrors.make('CLI-1007', `expected ticks in the window, found none`);
    }
    await out.document(
      { type: 'comparison', ...comparison },
      comparisonLines(comparison, out.style),
    );
    notices.note(`compared with model ${printable(options.model)}`);
    return 0;
  },
});
