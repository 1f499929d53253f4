import { diffModels } from '@ethogram/model';
import { printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { lookAtModel } from '../models/load-model.js';

/** `models diff`: what changed from one model to another. */
export const modelsDiffCommand = defineCommand({
  name: 'models diff',
  summary: 'say what changed from one model to another',
  description:
    'Sources that came and went, metrics whose mean or spread moved, modes that came and went, other mixes of system calls and other distributions of sizes and latencies (Jensen–Shannon distance), new calls and links, dependencies that came and went, thresholds. Each of A and B is NAME, NAME@VERSION or a file.',
  arguments: [
    { name: 'A', help: 'the older model', required: true, complete: 'file' },
    { name: 'B', help: 'the newer model', required: true, complete: 'file' },
  ],
  options: {},
  examples: [{ run: 'ethogram models diff web@1 web@2', does: 'what the second version changed' }],
  async run(context, _options, [older = '', newer = '']) {
    const diff = diffModels(await lookAtModel(context, older), await lookAtModel(context, newer));
    await context.out.document({ type: 'modelDiff', ...diff }, diff.lines.map(printable));
    return 0;
  },
});
