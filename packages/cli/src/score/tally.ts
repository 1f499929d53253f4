import { countText } from '@ethogram/report';
import type { Severity, TickScore } from '@ethogram/score';

/** What a run of scoring came to. */
export class Tally {
  ticks = 0;
  #incomplete = 0;
  readonly #anomalies: Record<Severity, number> = { warning: 0, critical: 0 };

  /** Counts a tick in. */
  add(tick: TickScore): void {
    this.ticks++;
    if (tick.incomplete) this.#incomplete++;
    for (const { severity } of tick.anomalies) this.#anomalies[severity]++;
  }

  /** Whether there was an anomaly at least that severe; false without a level. */
  hasReached(level: Severity | undefined): boolean {
    const { warning, critical } = this.#anomalies;
    if (level === undefined) return false;
    return critical > 0 || (level === 'warning' && warning > 0);
  }

  /** `3,600 ticks scored, 2 of them incomplete: 1 warning, 0 critical`. */
  text(): string {
    const { warning, critical } = this.#anomalies;
    const incomplete = this.#incomplete > 0 ? `, ${this.#incomplete} of them incomplete` : '';
    return `${countText(this.ticks, 'tick')} scored${incomplete}: ${countText(warning, 'warning')}, ${critical} critical`;
  }
}
