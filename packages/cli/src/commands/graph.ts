import { printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { choice, file, integer, number, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';

/** Every format that a graph is written in; a test compares, since they are loaded only when needed. */
const FORMATS = ['json', 'dot', 'graphml', 'gexf', 'mermaid', 'svg'] as const;

/** `graph`: the process dependency graph of a model. */
export const graphCommand = defineCommand({
  name: 'graph',
  summary: 'draw who depends on whom, from a model',
  description:
    'The dependency graph of a model: what was observed in the kernel (connections, pipes) and what was inferred from activity that moves together. Order and layout are the same every time. Covariation is no proof of dependence: inferred edges say so.',
  options: {
    model: option(text('MODEL'), {
      help: 'name in the store (NAME or NAME@VERSION) or a model file',
      example: 'web',
    }),
    format: option(choice(FORMATS), {
      default: 'json',
      help: "json is graphology's serialised form, which Graph.from() reads; svg is a picture for a browser",
      example: 'svg',
    }),
    theme: option(choice(['light', 'dark', 'auto']), {
      default: 'auto',
      help: "with svg: its colours; auto follows the reader's setting",
      example: 'light',
    }),
    style: option(choice(['plain', 'sketch']), {
      default: 'plain',
      help: 'with svg: how it is drawn',
      example: 'sketch',
    }),
    minStrength: option(number(0, 1), {
      help: 'leave out weaker edges; takes the place of the statistical thresholds',
      example: '0.3',
    }),
    evidence: option(choice(['observed', 'inferred', 'both']), {
      default: 'both',
      help: 'keep observed edges, inferred edges, or both',
      example: 'observed',
    }),
    focus: option(text('SOURCE'), {
      help: 'keep only what is near this source',
      example: 'nginx.service/nginx',
    }),
    hops: option(integer(1, 16), { default: '1', help: 'how near, with --focus', example: '2' }),
    groupBy: option(choice(['community', 'scope']), {
      help: 'draw each community, or each unit or container, as one node',
      example: 'scope',
    }),
    spawns: flag({ help: 'show which process starts which' }),
    indirect: flag({ help: 'show inferred edges that an observed path explains' }),
    own: flag({ help: 'show inferred edges of our own recorder' }),
    onlyConnected: flag({ help: 'leave out nodes without edges' }),
    out: option(file, { help: 'write to this file', example: 'graph.dot' }),
  },
  examples: [
    { run: 'ethogram graph --model web --format svg --out graph.svg', does: 'a picture' },
    {
      run: 'ethogram graph --model web --format dot | dot -Tpdf > graph.pdf',
      does: 'draw with Graphviz',
    },
    {
      run: 'ethogram graph --model web.json --evidence observed --out graph.json',
      does: 'observed dependencies of a model file, as JSON',
    },
    { run: 'ethogram graph --model web --focus redis.service --hops 2', does: 'around one source' },
  ],
  async run(context, options) {
    if (options.model === undefined) {
      throw cliErrors.make('CLI-1001', 'expected --model NAME or FILE, found none');
    }
    const model = await loadModel(context, options.model);
    if (!model.graph) {
      const message = `model ${printable(options.model)} has no graph: expected more than one source that was active`;
      throw cliErrors.make('CLI-1012', message);
    }
    const { buildGraph, formatGraph } = await import('@ethogram/graph');
    const graph = buildGraph(model.graph, {
      model: model.name,
      minStrength: options.minStrength ?? null,
      evidence: options.evidence,
      focus: options.focus ?? null,
      hops: options.hops,
      groupBy: options.groupBy ?? null,
      spawns: options.spawns,
      indirect: options.indirect,
      own: options.own,
      isolated: !options.onlyConnected,
    });
    const { format, theme, style } = options;
    const text = formatGraph(graph, format, { theme, style });
    await writeResult(context.out, options.out, text);
    if (model.graph.preview) {
      context.notices.note(`a preview: inferred edges need 600 samples, found ${model.graph.n}`);
    }
    return 0;
  },
});
