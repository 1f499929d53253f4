import { sourceKey } from '@ethogram/core';
import { printable, reasonText, scoreText } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';

/** What is told to others: that a source misbehaves, or that it does no longer. */
export interface Alert extends Omit<AnomalyRecord, 'type' | 'ts' | 'id'> {
  readonly type: 'alert';
  readonly status: 'firing' | 'resolved';
  /** The anomaly that it stands for, as `ethogram explain` takes it. */
  readonly event: string;
  /** When the source's part in the incident began; RFC 3339. */
  readonly startsAt: string;
  /** When it was over; null while it goes on. */
  readonly endsAt: string | null;
}

/** One line for people; names escaped. */
export function alertSummary(alert: Alert): string {
  const what = alert.status === 'firing' ? alert.severity : 'resolved';
  const first = alert.reasons[0];
  const why = first ? `: ${reasonText(first)}` : '';
  return `${what}: ${printable(sourceKey(alert.source))} on ${printable(alert.host)}, score ${scoreText(alert)} (${alert.kinds.join(', ')})${why}`;
}
