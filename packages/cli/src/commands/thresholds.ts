import { jsonText, prometheusRules, thresholdsRecord } from '@ethogram/report';
import { z } from 'zod';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { choice, file, rate, text } from '../options/kinds.js';
import { option, type ValueKind } from '../options/option.js';
import { writeResult } from '../output/write-result.js';

/** A label, how it is compared, and a string with the escapes of PromQL. */
const MATCHER = String.raw`\s*[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"\s*`;

/** What stands between the braces of a selector of PromQL. */
const selector: ValueKind<string> = Object.freeze({
  value: 'MATCHERS',
  schema: z
    .string()
    .regex(
      new RegExp(`^${MATCHER}(?:,${MATCHER})*$`),
      'expected matchers of labels such as instance="web-1:7374"',
    )
    .transform((given) => given.trim()),
});

/** `thresholds`: learned limits for who alerts by other means. */
export const thresholdsCommand = defineCommand({
  name: 'thresholds',
  summary: 'write what a model learned as alerting rules',
  description:
    'The alarms of the service, and the ends of the range that training showed of each metric, as rules on the metrics of `ethogram run` and, where one corresponds, of process-exporter. Each rule says how often it fires although nothing is wrong, as far as the model can show: the limit of a short training is crossed often. A model is that of one host: where Prometheus scrapes several, --selector says which series the rules look at.',
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
    selector: option(selector, {
      help: "matchers of labels that select the series of the model's host (default: every series)",
      example: 'instance=~"web-1:.+"',
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
    {
      run: `ethogram thresholds --model web-1 --selector 'instance=~"web-1:.+"'`,
      does: 'rules for one of several hosts that are scraped',
    },
    { run: 'ethogram thresholds --model web --format json', does: 'the same for programs' },
  ],
  async run(context, options) {
    if (options.model === undefined) {
      throw cliErrors.make('CLI-1001', 'expected --model MODEL, found none');
    }
    const model = await loadModel(context, options.model);
    const { falseAlarms, selector: series } = options;
    const wanted = {
      ...(falseAlarms === undefined ? {} : { mostPerDay: falseAlarms }),
      ...(series === undefined ? {} : { selector: series }),
    };
    const result =
      options.format === 'json'
        ? `${jsonText(thresholdsRecord(model, wanted), 2)}\n`
        : prometheusRules(model, wanted);
    await writeResult(context.out, options.out, result);
    return 0;
  },
});
