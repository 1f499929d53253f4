import { sourceKey } from '@ethogram/core';
import type { AnomalyRecord, TickScore } from '@ethogram/score';
import type { Alert } from './alert.js';

/**
 * Which alerts are firing: one per source that is part of an open incident, however many anomalies
 * it shows. It is bounded by the sources that the scorer knows.
 */
export class AlertBook {
  readonly #firing = new Map<string, Alert>();

  /** Those that fire now. */
  get firing(): readonly Alert[] {
    return [...this.#firing.values()];
  }

  /**
   * Takes what a tick meant.
   * @returns what is to be told: alerts that began, worsened or are over, in this order.
   */
  take(tick: Pick<TickScore, 'anomalies' | 'incidents'>): readonly Alert[] {
    const told = tick.anomalies.map((anomaly) => this.#fire(anomaly));
    for (const { id, state, end } of tick.incidents) {
      if (state === 'closed') told.push(...this.#resolve((alert) => alert.incident === id, end));
    }
    return told;
  }

  /**
   * Takes over what another scorer (one before a restart, another version of the model) left open:
   * its anomalies fire without being told again. A source that fires already is as it was told last:
   * what is older would say something else.
   * @param anomalies of the incidents that are open, oldest first.
   * @returns alerts that are over, since their incidents are not among these.
   */
  takeOver(anomalies: readonly AnomalyRecord[], endsAt: string): readonly Alert[] {
    const open = new Set(anomalies.map(({ incident }) => incident));
    const over = this.#resolve(({ incident }) => !open.has(incident), endsAt);
    const told = new Set(this.#firing.keys());
    for (const anomaly of anomalies) if (!told.has(sourceKey(anomaly.source))) this.#fire(anomaly);
    return over;
  }

  #fire({ type: _, id, ts, ...anomaly }: AnomalyRecord): Alert {
    const key = sourceKey(anomaly.source);
    const before = this.#firing.get(key);
    const alert: Alert = {
      type: 'alert',
      status: 'firing',
      event: id,
      startsAt: before?.startsAt ?? ts,
      endsAt: null,
      ...anomaly,
      // What was critical stays so until it is over, even where it begins anew in between.
      severity: before?.severity === 'critical' ? 'critical' : anomaly.severity,
    };
    this.#firing.set(key, alert);
    return alert;
  }

  #resolve(isOver: (alert: Alert) => boolean, endsAt: string): readonly Alert[] {
    const over = [...this.#firing].filter(([, alert]) => isOver(alert));
    return over.map(([key, alert]) => {
      this.#firing.delete(key);
      // A tick may carry an earlier time than the one before, where the clock was set back.
      const end = endsAt < alert.startsAt ? alert.startsAt : endsAt;
      return { ...alert, status: 'resolved', endsAt: end };
    });
  }
}
