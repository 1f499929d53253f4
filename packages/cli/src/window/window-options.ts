import { instant, text, timeSpan } from '../options/kinds.js';
import { list, type OptionValues, option } from '../options/option.js';

/** Which recorded ticks a command works on. */
export const windowOptions = Object.freeze({
  recording: option(text('NAME'), {
    help: 'a recording; with --from and --to a part of it',
    example: 'live',
  }),
  from: option(instant, {
    help: 'ticks from here on',
    example: '-6h',
  }),
  to: option(instant, {
    help: 'ticks up to here (default: the end)',
    example: 'now',
  }),
  host: option(text('HOST'), {
    help: 'ticks of this host, where the store holds several',
    example: 'web-1',
  }),
});

/** Times that are left out of a window. */
export const excludeOption = Object.freeze({
  exclude: list(timeSpan, {
    help: 'leave a span of time out',
    example: '2026-05-01T10:00:00Z/2026-05-01T10:20:00Z',
  }),
});

/** The values of {@link windowOptions}. */
export type WindowValues = OptionValues<typeof windowOptions>;
