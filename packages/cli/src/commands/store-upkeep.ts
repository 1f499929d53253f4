import { bytesText, countText } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { bytes, duration, text } from '../options/kinds.js';
import { option } from '../options/option.js';

/** Ages from minutes to a century. */
const age = duration(60_000, 36_525 * 86_400_000);

/** `store retain`: old ticks are merged and deleted. */
export const storeRetainCommand = defineCommand({
  name: 'store retain',
  summary: 'merge and delete old ticks',
  description:
    'Ticks older than --merge10s-after become ticks of 10 s, older than --merge1m-after of a minute (sums and distributions stay exact), and older than --max-age are deleted; above --max-bytes the oldest go first. What incidents and models have pinned stays.',
  options: {
    recording: option(text('NAME'), {
      help: 'only this recording (default: all)',
      example: 'live',
    }),
    maxAge: option(age, { help: 'delete what is older', example: '30d' }),
    maxBytes: option(bytes, { help: 'delete the oldest above this size', example: '2GiB' }),
    merge10sAfter: option(age, { help: 'merge what is older into ticks of 10 s', example: '1d' }),
    merge1mAfter: option(age, { help: 'merge what is older into ticks of 1 min', example: '7d' }),
  },
  examples: [
    {
      run: 'ethogram store retain --merge10s-after 1d --merge1m-after 7d --max-age 90d',
      does: 'the usual tiers',
    },
    { run: 'ethogram store retain --max-bytes 2GiB', does: 'within a size' },
  ],
  async run(context, options) {
    const tiers = [
      { olderThanMs: options.merge10sAfter, intervalMs: 10_000 },
      { olderThanMs: options.merge1mAfter, intervalMs: 60_000 },
    ].flatMap(({ olderThanMs, intervalMs }) =>
      olderThanMs === undefined ? [] : [{ olderThanMs, intervalMs }],
    );
    const { recording, maxAge, maxBytes } = options;
    if (tiers.length === 0 && maxAge === undefined && maxBytes === undefined) {
      throw cliErrors.make(
        'CLI-1001',
        'expected at least one of --max-age, --max-bytes, --merge-…',
      );
    }
    const store = await context.openStore('write');
    const report = await store.maintenance.retain(
      {
        tiers,
        ...(recording === undefined ? {} : { recording }),
        ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
      },
      { signal: context.signal },
    );
    const over = report.overBudget ? '; what is left is pinned or still being written' : '';
    await context.out.document({ type: 'retained', ...report }, [
      `${countText(report.deletedTicks, 'tick')} deleted, ${report.mergedTicks} merged away, ${countText(report.repackedChunks, 'chunk')} packed anew; ${bytesText(report.usedBytes)} in use${over}`,
    ]);
    return 0;
  },
});

/** `store compact`: unused room goes back to the file system. */
export const storeCompactCommand = defineCommand({
  name: 'store compact',
  summary: 'give the unused room of the store back to the file system',
  description: 'Nobody else may have the store open meanwhile.',
  options: {},
  examples: [{ run: 'ethogram store compact', does: 'after a large deletion' }],
  async run({ openStore, out }) {
    const store = await openStore('write');
    const { beforeBytes, afterBytes } = await store.maintenance.compact();
    await out.document({ type: 'compacted', beforeBytes, afterBytes }, [
      `${bytesText(beforeBytes)} before, ${bytesText(afterBytes)} now`,
    ]);
    return 0;
  },
});
