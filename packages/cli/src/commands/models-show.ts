import { learnedLines, modelRecord, STEP_NAMES, stepView } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { lookAtModel } from '../models/load-model.js';
import { choice } from '../options/kinds.js';
import { option } from '../options/option.js';

/** `models show`: what a model learned, as a whole or step by step. */
export const modelsShowCommand = defineCommand({
  name: 'models show',
  summary: 'show what a model learned, as a whole or one step of learning',
  arguments: [
    {
      name: 'MODEL',
      help: 'NAME or NAME@VERSION in the store, or a model file',
      required: true,
      complete: 'file',
    },
  ],
  options: {
    step: option(choice(['summary', ...STEP_NAMES]), {
      default: 'summary',
      help: 'summary, or one step: what was selected, cleaned, explored, clustered, correlated',
      example: 'cluster',
    }),
  },
  examples: [
    { run: 'ethogram models show web', does: 'what was learned, and what not yet' },
    { run: 'ethogram models show web.json --step explore -o csv', does: 'every metric as CSV' },
  ],
  async run(context, { step }, [meant = '']) {
    const model = await lookAtModel(context, meant);
    if (step === 'summary') {
      await context.out.document(modelRecord(model), learnedLines(model));
      return 0;
    }
    const { view, rows } = stepView(model, step);
    await context.out.list(view, rows);
    return 0;
  },
});
