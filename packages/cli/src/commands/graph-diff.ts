import type { GraphPart } from '@ethogram/model';
import { printable, type View } from '@ethogram/report';
import { type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { loadModel } from '../models/load-model.js';
import { file, number } from '../options/kinds.js';
import { option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';

/** One row of the table of changes, by column. */
type Row = readonly string[];

/** `graph diff`: which dependencies came, went or changed. */
export const graphDiffCommand = defineCommand({
  name: 'graph diff',
  summary: 'say which dependencies changed from one model to another',
  description:
    'Edges that are gone, new, weaker or stronger by more than sampling noise, with the false discovery rate q of each change. Each of A and B is NAME, NAME@VERSION or a file. --svg draws both graphs with every source in the same place.',
  arguments: [
    { name: 'A', help: 'the older model', required: true, complete: 'file' },
    { name: 'B', help: 'the newer model', required: true, complete: 'file' },
  ],
  options: {
    svg: option(file, {
      help: 'draw both graphs side by side into this file instead; - is standard output',
      example: 'diff.svg',
    }),
    fdr: option(number(0.0001, 0.5), {
      default: '0.05',
      help: 'share of false changes among those told',
      example: '0.01',
    }),
  },
  examples: [
    { run: 'ethogram graph diff web@1 web@2', does: 'the changes as rows' },
    { run: 'ethogram graph diff web@1 web@2 --svg diff.svg', does: 'as a picture' },
  ],
  async run(context, options, [older = '', newer = '']) {
    const before = await graphOf(context, older);
    const after = await graphOf(context, newer);
    const { diffGraphs, diffRows, diffSvg } = await import('@ethogram/graph');
    const diff = diffGraphs(before, after, { before: older, after: newer, fdr: options.fdr });
    if (options.svg !== undefined) {
      await writeResult(context.out, options.svg, diffSvg(before, after, diff));
      return 0;
    }
    const [header = [], ...rows] = diffRows(diff);
    const view: View<{ readonly row: Row; readonly index: number }> = {
      columns: header.map((name, i) => ({ name, value: ({ row }) => row[i] ?? '' })),
      record: ({ index }) => diff.edges[index],
    };
    await context.out.list(
      view,
      rows.map((row, index) => ({ row, index })),
    );
    const { gone, new: come } = diff.sources;
    context.notices.note(
      `${diff.compared} edges and pairs compared; sources gone: ${gone.map(printable).join(', ') || 'none'}; new: ${come.map(printable).join(', ') || 'none'}`,
    );
    return 0;
  },
});

async function graphOf(context: CommandContext, reference: string): Promise<GraphPart> {
  const { graph } = await loadModel(context, reference);
  if (graph) return graph;
  const message = `model ${printable(reference)} has no graph: expected more than one source that was active`;
  throw cliErrors.make('CLI-1012', message);
}
