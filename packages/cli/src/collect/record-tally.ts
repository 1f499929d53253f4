import { sourceKey, type Tick } from '@ethogram/core';
import { countText, printable, timeText } from '@ethogram/report';

/** What a run of recording counted so far. */
export class RecordTally {
  /** What measured it; set once a collector is open. */
  backend = '';
  readonly #recording: string;
  readonly #sources = new Set<string>();
  readonly #lost = new Map<string, number>();
  #ticks = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor(recording: string) {
    this.#recording = recording;
  }

  /** Counts a tick that was stored. */
  add(tick: Tick): void {
    this.#ticks++;
    this.#from ??= tick.ts - tick.intervalNs / 1e6;
    this.#to = tick.ts;
    for (const sample of tick.samples) this.#sources.add(sourceKey(sample));
    for (const [cause, count] of Object.entries(tick.lost)) {
      this.#lost.set(cause, (this.#lost.get(cause) ?? 0) + count);
    }
  }

  /** `recording live: 60 ticks, 87 sources, 0 lost`. */
  text(): string {
    const causes = [...this.#lost].map(([cause, count]) => `${printable(cause)} ${count}`);
    const why = causes.length > 0 ? ` (${causes.join(', ')})` : '';
    return `recording ${printable(this.#recording)}: ${countText(this.#ticks, 'tick')}, ${countText(this.#sources.size, 'source')}, ${this.#lostTotal()} lost${why}`;
  }

  /** The record of the summary. */
  record(): object {
    const time = (ms: number | undefined) => (ms === undefined ? null : timeText(ms));
    return {
      type: 'recorded',
      recording: this.#recording,
      backend: this.backend,
      from: time(this.#from),
      to: time(this.#to),
      ticks: this.#ticks,
      sources: this.#sources.size,
      lost: this.#lostTotal(),
      lostBy: Object.fromEntries(this.#lost),
    };
  }

  #lostTotal(): number {
    return [...this.#lost.values()].reduce((total, count) => total + count, 0);
  }
}
