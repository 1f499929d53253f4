import { metricInfo, type SeriesId, type SourceKind, syscallMetric } from '@ethogram/core';

/** What a series of a source contributes to its feature row. */
export type SeriesRole =
  | { readonly role: 'value'; readonly metric: string; readonly type: 'counter' | 'gauge' }
  /** Calls or errors of one system call: part of a total, of the mix, and of what is known. */
  | { readonly role: 'call'; readonly call: string; readonly what: 'calls' | 'errors' }
  | { readonly role: 'bucket'; readonly histogram: string; readonly bucket: number }
  /** Shown to people, never learned from: calls that would block and restarts come and go. */
  | { readonly role: 'ignored' };

/** The metric under which calls or errors of all system calls are summed. */
export function totalOf(what: 'calls' | 'errors'): string {
  return what === 'calls' ? 'syscall.calls' : 'syscall.errors';
}

/**
 * What a series means for learning. A metric that the registry does not know is a gauge,
 * except where an imported file names it otherwise.
 */
export function seriesRole(kind: SourceKind, series: SeriesId): SeriesRole {
  if (series.bucket !== undefined) {
    return { role: 'bucket', histogram: series.metric, bucket: series.bucket };
  }
  if (kind === 'process') {
    const call = syscallMetric(series.metric);
    if (call) {
      return call.what === 'calls' || call.what === 'errors'
        ? { role: 'call', call: call.call, what: call.what }
        : { role: 'ignored' };
    }
  }
  const info = kind === 'custom' ? undefined : metricInfo(series.metric);
  return {
    role: 'value',
    metric: series.metric,
    type: info?.type === 'counter' ? 'counter' : 'gauge',
  };
}
