import { jsonText, prometheusRules, thresholdsRecord } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { choice, file, rate, text } from '../options/kinds.js';
import { option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';

/** `thresholds`: learned limits for who alerts by other means. */
export const thresholdsCommand = defineCommand({
  name: 'thresholds',
  summary: 'write what a model learned as alerting rules',
  description:
    'The alarms of the service, and the ends of the range that training showed of each metric, as rules on the metrics of `ethogram run` and, where one corresponds, of process-exporter. Each rule says how often it fires although nothing is wrong, as far as the model can show: the limit of a short training is crossed often.',
  options: {
    model: option(text('MODEL'), {
      help: 'NAME or NAME@VERSION in the store, or a model file',
      example: 'web',
    }),
    format: option(choice(['prometheus', 'json']), {
      default: 'prometheus',
      help: 'a rule file of Prometheus, or the same for programs',
      example: 'json',
    }),
    falseAlarms: option(rate, {
      help: 'leave out limits that may be crossed by chance more often than this',
      example: '1/w',
    }),
    out: option(file, {
      help: 'where to (default: standard output)',
      example: 'ethogram.rules.yml',
    }),
  },
  examples: [
    {
      run: 'ethogram thresholds --model web --out ethogram.rules.yml',
      does: 'rules for Prometheus; check them with promtool check rules',
    },
    { run: 'ethogram thresholds --model web --format json', does: 'the same for programs' },
  ],
  async run(context, options) {
    if (options.model === undefined) {
      throw cliErrors.make('CLI-1001', 'expected --model MODEL, found none');
    }
    const model = await loadModel(context, options.model);
    const { falseAlarms } = options;
    const wanted = falseAlarms === undefined ? {} : { mostPerDay: falseAlarms };
    const result =
      options.format === 'json'
        ? `${jsonText(thresholdsRecord(model, wanted), 2)}\n`
        : prometheusRules(model, wanted);
    await writeResult(context.out, options.out, result);
    return 0;
  },
});
