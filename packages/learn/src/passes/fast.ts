import {
  calibrate,
  type FastScale,
  fastDistance,
  scaleOfDistances,
  surprise,
} from '@ethogram/features';
import type { HostMember } from '@ethogram/model';

/** Least standard deviation of ln(1 + x): a burst by half is nothing. */
const LEAST_SD = 0.2;
/** Fewest ticks to fit and to calibrate on. */
const FEWEST = 60;
/** Held-out ticks of one source that are kept at most; later ones take every second one's place. */
const MOST = 4096;

/** Learns what one source does within single ticks: rate and failures. Memory: fixed. */
export class FastLearner {
  readonly #activity = new LogMoments();
  readonly #failures = new LogMoments();
  #held: [number, number][] = [];
  #stride = 1;
  #seen = 0;

  /** Takes what one tick showed, per second. */
  push(now: number, failures: number, fitting: boolean): void {
    this.#activity.widen(now);
    this.#failures.widen(failures);
    if (fitting) {
      this.#activity.add(now);
      this.#failures.add(failures);
    } else if (this.#seen++ % this.#stride === 0) {
      this.#held.push([now, failures]);
      if (this.#held.length >= MOST) {
        this.#held = this.#held.filter((_, i) => i % 2 === 0);
        this.#stride *= 2;
      }
    }
  }

  /** What was learned; null where there was too little. */
  finish(): HostMember['fast'] {
    if (this.#activity.count < FEWEST || this.#held.length < FEWEST) return null;
    const activity = this.#activity.scale();
    const failures = this.#failures.scale();
    const distances = this.#held.map(([now, failed]) =>
      fastDistance(now, failed, activity, failures),
    );
    const scale = scaleOfDistances(distances);
    const { bins, tail } = calibrate(distances.map((distance) => surprise(distance, scale)));
    return {
      activity,
      failures,
      scale,
      calibration: {
        bins: bins.map(([bin, weight]): [number, number] => [bin, weight]),
        tail: { ...tail },
      },
    };
  }
}

/** Mean and deviation of ln(1 + x), and the largest x. */
class LogMoments {
  count = 0;
  #sum = 0;
  #squares = 0;
  #most = 0;

  add(x: number): void {
    const log = Math.log1p(x);
    this.count++;
    this.#sum += log;
    this.#squares += log * log;
  }

  widen(x: number): void {
    if (x > this.#most) this.#most = x;
  }

  scale(): FastScale {
    const mean = this.#sum / this.count;
    const variance = Math.max(0, this.#squares / this.count - mean * mean);
    return { mean, sd: Math.max(LEAST_SD, Math.sqrt(variance)), most: this.#most };
  }
}
