import { countText, printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { choice, duration, instant, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { resolveInstant } from '../options/time.js';

/** Every format that the importer reads; a test compares, since it is loaded only when needed. */
const FORMATS = ['auto', 'csv', 'ndjson', 'parquet', 'bpftrace', 'dtrace'] as const;

/** `import`: someone else's recording into the store. */
export const importCommand = defineCommand({
  name: 'import',
  summary: "load someone else's recording into the store",
  description:
    'Reads CSV (a timestamp column, then a column for each metric), NDJSON (one value a line), Parquet, what `bpftrace -f json` prints, and the aggregations that DTrace prints; gzip is recognised by content, and - is standard input. All or nothing: a malformed line is named with file, line and column, and the store stays as it was. The same file is never stored twice.',
  arguments: [
    {
      name: 'FILE',
      help: 'files; - is standard input',
      required: true,
      variadic: true,
      complete: 'file',
    },
  ],
  options: {
    recording: option(text('NAME'), {
      help: 'the name of the recording',
      example: 'machine-7',
    }),
    format: option(choice(FORMATS), {
      default: 'auto',
      help: 'how the files are written; auto looks at their content',
      example: 'csv',
    }),
    source: option(text('NAME'), {
      help: 'everything becomes metrics of this one source',
      example: 'machine-7',
    }),
    host: option(text('HOST'), {
      help: 'the host of data that name none (default: the name of the recording)',
      example: 'web-1',
    }),
    start: option(instant, {
      help: 'when data without times begin',
      example: '2026-05-01T10:00:00Z',
    }),
    interval: option(duration(1, 31 * 86_400_000), {
      help: 'time between rows (default: what their times say, else 1s)',
      example: '1s',
    }),
    partial: flag({ help: 'leave out what cannot be read, and say what, instead of refusing all' }),
  },
  examples: [
    { run: 'ethogram import machine.csv --recording machine-7', does: 'a CSV with timestamps' },
    {
      run: 'ethogram import plant.csv.gz --recording plant --source plant --start 2026-05-01 --interval 10s',
      does: 'a CSV without timestamps, as one source',
    },
    { run: 'zcat day.ndjson.gz | ethogram import - --recording day', does: 'from a pipe' },
  ],
  async run(context, options, files) {
    const { recording } = options;
    if (recording === undefined) {
      throw cliErrors.make('CLI-1001', 'expected --recording NAME, found none');
    }
    const { keepStreamSmall } = await import('@ethogram/collector');
    keepStreamSmall();
    const { importInto } = await import('@ethogram/store');
    const store = await context.openStore('write');
    const result = await importInto(store.samples, recording, files, {
      format: options.format,
      partial: options.partial,
      signal: context.signal,
      stdin: context.terminal.stdin,
      onProblem: (problem) => context.notices.warn(printable(problem.message)),
      ...(options.source === undefined ? {} : { source: options.source }),
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.start === undefined
        ? {}
        : { startMs: resolveInstant(options.start, context.clock.nowMs()) }),
      ...(options.interval === undefined ? {} : { intervalMs: options.interval }),
    });
    const problems = result.problems > 0 ? `, ${countText(result.problems, 'place')} left out` : '';
    const repeated = result.repeated > 0 ? `, ${result.repeated} were there already` : '';
    await context.out.document({ type: 'imported', recording, ...result }, [
      `recording ${printable(recording)}: ${countText(result.stored, 'tick')} imported${repeated}${problems}`,
    ]);
    return 0;
  },
});
