import type { TimeRange, Window } from '@ethogram/core';
import { printable, shortTime } from '@ethogram/report';
import type { ReadQuery, RecordingInfo, Store } from '@ethogram/store';
import { cliErrors } from '../errors.js';
import { type Instant, resolveInstant } from '../options/time.js';
import type { WindowValues } from './window-options.js';

/** A window of one host, and how to read it. */
export interface FoundWindow {
  readonly host: string;
  readonly window: Window;
  readonly query: ReadQuery;
  /** At most this many ticks. */
  readonly ticks: number;
}

/**
 * Finds the window that the options mean among what the store holds.
 * @param exclude spans that the reader leaves out; they stay part of the query.
 * @throws CLI-1001 where nothing says which ticks, or several hosts are meant; CLI-1005 where there
 * is no such recording; CLI-1007 where the window holds nothing.
 */
export async function findWindow(
  store: Store,
  values: WindowValues,
  nowMs: number,
  exclude: readonly { readonly from: Instant; readonly to: Instant }[] = [],
): Promise<FoundWindow> {
  const { recording } = values;
  if (recording === undefined && values.from === undefined) {
    throw cliErrors.make('CLI-1001', 'expected --recording NAME or --from TIME, found neither');
  }
  const infos = await meantRecordings(store, values);
  const hosts = [...new Set(infos.map(({ host }) => host))].sort();
  const [host] = hosts;
  if (host === undefined) {
    throw cliErrors.make('CLI-1007', `expected recorded ticks, found none in ${store.uri}`);
  }
  if (hosts.length > 1) {
    const names = hosts.map(printable).join(', ');
    throw cliErrors.make('CLI-1001', `expected one host, found ${names}: name one with --host`);
  }
  const covered = {
    from: Math.min(...infos.map(({ from }) => from)),
    // A tick at the very end belongs to the window, ranges are half-open.
    to: Math.max(...infos.map(({ to }) => to)) + 1,
  };
  const asked = resolveRange(values, nowMs);
  const window = { from: asked.from ?? covered.from, to: asked.to ?? covered.to };
  checkRange(asked, window, covered);
  return {
    host,
    window: { ...window, exclude: exclude.map((span) => resolveSpan(span, nowMs)) },
    query: { host, range: window, ...(recording === undefined ? {} : { recording }) },
    ticks: infos.reduce((total, info) => total + info.ticks, 0),
  };
}

/** The recordings that a name and a host mean. */
async function meantRecordings(
  store: Store,
  { recording, host }: WindowValues,
): Promise<readonly RecordingInfo[]> {
  const all = await store.samples.recordings();
  const named = recording === undefined ? all : all.filter(({ name }) => name === recording);
  if (recording !== undefined && named.length === 0) {
    const known = [...new Set(all.map(({ name }) => printable(name)))].slice(0, 5).join(', ');
    const found = known === '' ? 'a store without recordings' : known;
    throw cliErrors.make(
      'CLI-1005',
      `expected recording "${printable(recording)}", found ${found}`,
    );
  }
  return host === undefined ? named : named.filter((info) => info.host === host);
}

function resolveRange({ from, to }: WindowValues, nowMs: number): Partial<TimeRange> {
  return {
    ...(from === undefined ? {} : { from: resolveInstant(from, nowMs) }),
    ...(to === undefined ? {} : { to: resolveInstant(to, nowMs) }),
  };
}

function resolveSpan(
  span: { readonly from: Instant; readonly to: Instant },
  nowMs: number,
): TimeRange {
  const range = { from: resolveInstant(span.from, nowMs), to: resolveInstant(span.to, nowMs) };
  if (range.to <= range.from) {
    const message = `--exclude: expected an end after ${shortTime(range.from)}, found ${shortTime(range.to)}`;
    throw cliErrors.make('CLI-1002', message);
  }
  return range;
}

function checkRange(asked: Partial<TimeRange>, window: TimeRange, covered: TimeRange): void {
  if (asked.to !== undefined && window.to <= window.from) {
    const message = `expected --to after --from, found ${shortTime(window.from)} to ${shortTime(window.to)}`;
    throw cliErrors.make('CLI-1002', message);
  }
  if (window.to <= covered.from || window.from >= covered.to) {
    const message = `expected ticks from ${shortTime(window.from)} on, found ticks from ${shortTime(covered.from)} to ${shortTime(covered.to)}`;
    throw cliErrors.make('CLI-1007', message);
  }
}
