import type { ReadQuery, Store } from '@ethogram/store';
import { cliErrors } from '../errors.js';
import { resolveInstant } from '../options/time.js';
import { findWindow } from './find-window.js';
import type { WindowValues } from './window-options.js';

/**
 * What to read for options that may leave everything out: then it is everything of every host.
 * @throws CLI-1005 and CLI-1007 as {@link findWindow} where a recording or time is named.
 */
export async function readQueries(
  store: Store,
  values: WindowValues,
  nowMs: number,
): Promise<readonly ReadQuery[]> {
  const infos = await store.samples.recordings();
  const named = infos.filter(
    ({ name, host }) =>
      (values.recording === undefined || name === values.recording) &&
      (values.host === undefined || host === values.host),
  );
  if (named.length === 0 && values.recording !== undefined) {
    await findWindow(store, values, nowMs);
  }
  const range = {
    from: values.from === undefined ? 0 : resolveInstant(values.from, nowMs),
    to: values.to === undefined ? Number.MAX_SAFE_INTEGER : resolveInstant(values.to, nowMs),
  };
  if (range.to <= range.from) {
    throw cliErrors.make('CLI-1002', 'expected --to after --from, found an empty range');
  }
  return [...new Set(named.map(({ host }) => host))].sort().map((host) => ({
    host,
    range,
    ...(values.recording === undefined ? {} : { recording: values.recording }),
  }));
}
