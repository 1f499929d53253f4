import { durationText, printable, type Style } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import { foundBy, isWithin, type Label } from './labels.js';

/** What became of one thing known to have gone wrong. */
export interface Finding {
  readonly label: Label;
  /** The anomaly that tells of it, the culprit's own where there is one. */
  readonly anomaly: AnomalyRecord | null;
  /** Whether that anomaly is the culprit's own; null where the labels name none. */
  readonly named: boolean | null;
}

/** What scoring said of each misbehaviour, and which anomalies belong to none. */
export function findings(
  labels: readonly Label[],
  anomalies: readonly AnomalyRecord[],
): { readonly found: readonly Finding[]; readonly others: readonly AnomalyRecord[] } {
  const wrong = labels.filter(({ kind }) => kind === 'misbehaviour');
  const found = wrong.map((label): Finding => {
    const anomaly = foundBy(label, anomalies) ?? null;
    const named = label.culprit === undefined ? null : anomaly?.source.name === label.culprit;
    return { label, anomaly, named };
  });
  const others = anomalies.filter((row) => !wrong.some((label) => isWithin(label, row)));
  return { found, others };
}

/** A finding as a line: what happened, how soon it was seen, and who was named. */
export function findingLine({ label, anomaly, named }: Finding, style: Style): string {
  const name = printable(label.name);
  if (!anomaly) return `${style.critical('missed')}  ${name}`;
  const after = durationText(Math.max(0, Date.parse(anomaly.ts) - Date.parse(label.from)));
  const who = style.bold(printable(anomaly.source.name));
  const whose = named === true ? ', the culprit' : named === false ? ', not the culprit' : '';
  return `${style.good('found')}   ${name}: ${who}${whose}, after ${after}, by ${anomaly.kinds.join(' and ')}`;
}
