import type { SeriesId, SourceKind } from '@ethogram/core';
import { seriesRole, totalOf } from '@ethogram/features';

/**
 * A number that a source has in every row: a metric, a system call of its mix, or a bucket of a
 * histogram.
 */
export type Slot =
  | { readonly what: 'feature'; readonly metric: string; readonly type: 'counter' | 'gauge' }
  | { readonly what: 'call'; readonly call: string }
  | {
      readonly what: 'bucket';
      readonly metric: string;
      readonly scheme: string;
      readonly bucket: number;
    };

/** The slots to which the values of a series are added: none, one, or two for a system call. */
export function slotsOf(kind: SourceKind, series: SeriesId): readonly Slot[] {
  const role = seriesRole(kind, series);
  switch (role.role) {
    case 'value':
      return [{ what: 'feature', metric: role.metric, type: role.type }];
    case 'call': {
      const total: Slot = { what: 'feature', metric: totalOf(role.what), type: 'counter' };
      return role.what === 'calls' ? [total, { what: 'call', call: role.call }] : [total];
    }
    case 'bucket': {
      const scheme = series.scheme ?? '';
      return [{ what: 'bucket', metric: role.histogram, scheme, bucket: role.bucket }];
    }
    case 'ignored':
      return [];
  }
}

/** What tells a slot from the others of its source. */
export function slotKey(slot: Slot): string {
  switch (slot.what) {
    case 'feature':
      return `feature\u0000${slot.metric}`;
    case 'call':
      return `call\u0000${slot.call}`;
    case 'bucket':
      return `bucket\u0000${slot.metric}\u0000${slot.bucket}`;
  }
}

/** Whether a slot holds means instead of sums. */
export function isGauge(slot: Slot): boolean {
  return slot.what === 'feature' && slot.type === 'gauge';
}
