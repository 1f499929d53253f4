/** Width of a bin of combined scores. */
const BIN = 0.05;
/** Exceedances from which a tail may be quoted as a p-value. */
const MIN_EXCEEDANCES = 50;

/** The tail beyond a threshold, generalised Pareto: P(S > u + x | S > u) = (1 + ξx/β)^(−1/ξ). */
export interface Tail {
  readonly u: number;
  readonly beta: number;
  readonly xi: number;
  readonly exceedances: number;
}

/** Calibration scores as a mergeable, decaying histogram, and the tail beyond them. */
export interface Calibration {
  /** `[bin, weight]`, ascending by bin; bin b holds scores in [b, b + 1) × 0.05. */
  readonly bins: readonly (readonly [number, number])[];
  readonly tail: Tail;
}

/** What a score means by calibration. */
export interface Calibrated {
  /** −log10 p; where p may not be quoted, the tail carries the score on, for ranking. */
  readonly score: number;
  readonly p: number | null;
  readonly pBelow: number | null;
}

/** The bin of a combined score. */
export function calibrationBin(s: number): number {
  return Math.floor(s / BIN);
}

/**
 * Builds the calibration of held-out scores. The tail is fitted by probability-weighted moments
 * (Hosking & Wallis 1987) over the 98 % quantile where 50 scores lie beyond it; with fewer it is
 * exponential over the upper tenth, widened by one standard error, and only ranks.
 * @param scores finite, any order, at least one.
 */
export function calibrate(scores: readonly number[]): Calibration {
  const sorted = Float64Array.from(scores).sort();
  const bins = new Map<number, number>();
  for (const s of sorted) {
    const bin = calibrationBin(s);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return { bins: [...bins].sort((a, b) => a[0] - b[0]), tail: fitTail(sorted) };
}

function fitTail(sorted: Float64Array): Tail {
  const m = sorted.length;
  const pot = Math.floor(m * 0.02);
  const k = Math.min(m - 1, pot >= MIN_EXCEEDANCES ? pot : Math.max(5, Math.ceil(m / 10)));
  const u = sorted[m - 1 - Math.max(0, k)] as number;
  const excess = sorted.subarray(m - Math.max(1, k)).map((s) => Math.max(0, s - u));
  let b0 = 0;
  let b1 = 0;
  for (let i = 0; i < excess.length; i++) {
    b0 += excess[i] as number;
    b1 += (excess[i] as number) * (1 - (i + 0.65) / excess.length);
  }
  b0 /= excess.length;
  b1 /= excess.length;
  const pareto = pot >= MIN_EXCEEDANCES && b0 > 2 * b1;
  const xi = pareto ? Math.min(0.5, Math.max(0, 2 - b0 / (b0 - 2 * b1))) : 0;
  const beta = pareto && xi > 0 ? b0 * (1 - xi) : b0 * (1 + 1 / Math.sqrt(excess.length));
  return { u, beta: Math.max(BIN, beta), xi, exceedances: excess.length };
}

/** A calibration that scores are read against, and that may learn and forget. */
export class CalibrationCurve {
  readonly #weights = new Map<number, number>();
  readonly #tail: Tail;
  /** Bins that weigh something, ascending, and their weights. */
  #sorted: readonly number[] = [];
  #heavy: Float64Array = new Float64Array(0);
  /** Weight of each of these bins and of all above it. */
  #above: Float64Array = new Float64Array(0);
  #total = 0;
  #stale = true;

  constructor(calibration: Calibration) {
    for (const [bin, weight] of calibration.bins) this.#weights.set(bin, weight);
    this.#tail = calibration.tail;
  }

  /** Weight of all calibration scores. */
  get size(): number {
    this.#refresh();
    return this.#total;
  }

  /** Adds a score with a weight. */
  add(s: number, weight = 1): void {
    const bin = calibrationBin(s);
    const before = this.#weights.get(bin);
    this.#weights.set(bin, (before ?? 0) + weight);
    if (this.#stale || before === undefined) {
      this.#stale = true;
      return;
    }
    const at = this.#after(bin) - 1;
    this.#heavy[at] = before + weight;
    this.#addUp(at);
  }

  /** Lets everything weigh less: `factor` in (0, 1]. */
  decay(factor: number): void {
    for (const [bin, weight] of this.#weights) {
      if (weight * factor < 1e-6) this.#weights.delete(bin);
      else this.#weights.set(bin, weight * factor);
    }
    this.#stale = true;
  }

  /** What a combined score means. */
  read(s: number): Calibrated {
    const score = this.score(s);
    if (s <= this.#tail.u) return { score, p: this.#pAt(s), pBelow: null };
    const smallest = 1 / (this.#total + 1);
    return this.#tail.exceedances >= MIN_EXCEEDANCES || score <= -Math.log10(smallest)
      ? { score, p: 10 ** -score, pBelow: null }
      : { score, p: null, pBelow: smallest };
  }

  /** The score alone of {@link read}. */
  score(s: number): number {
    this.#refresh();
    const { u, beta, xi } = this.#tail;
    const x = s - u;
    const p = this.#pAt(Math.min(s, u));
    if (x <= 0) return -Math.log10(p);
    const logSurvival = xi > 0 ? -Math.log1p((xi * x) / beta) / xi : -x / beta;
    // What was counted since outweighs the tail of training: a new normal is not odd for ever.
    const counted = this.#weightAbove(s) / (this.#total + 1);
    return Math.min(-Math.log10(p) - logSurvival / Math.LN10, -Math.log10(counted));
  }

  /** Its state, for a checkpoint. */
  state(): readonly (readonly [number, number])[] {
    return [...this.#weights].sort((a, b) => a[0] - b[0]);
  }

  /** Takes up a {@link state} in place of what it holds. */
  resume(bins: readonly (readonly [number, number])[]): void {
    this.#weights.clear();
    for (const [bin, weight] of bins) this.#weights.set(bin, weight);
    this.#stale = true;
  }

  #pAt(s: number): number {
    return (1 + this.#weightAbove(s)) / (this.#total + 1);
  }

  /** Weight at or above a score, linear within a bin. */
  #weightAbove(s: number): number {
    const bin = calibrationBin(s);
    const after = this.#after(bin);
    const inside = after > 0 && this.#sorted[after - 1] === bin ? this.#heavy[after - 1] : 0;
    return (this.#above[after] ?? 0) + (inside as number) * (bin + 1 - s / BIN);
  }

  /** Place of the first bin that lies after a bin. */
  #after(bin: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] as number) <= bin) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #refresh(): void {
    if (!this.#stale) return;
    this.#sorted = [...this.#weights.keys()].sort((a, b) => a - b);
    this.#heavy = Float64Array.from(this.#sorted, (bin) => this.#weights.get(bin) ?? 0);
    this.#above = new Float64Array(this.#sorted.length + 1);
    this.#addUp(this.#sorted.length - 1);
    this.#stale = false;
  }

  /** Adds up the weights from the top, anew from one place down. */
  #addUp(from: number): void {
    for (let i = from; i >= 0; i--) {
      this.#above[i] = (this.#above[i + 1] as number) + (this.#heavy[i] as number);
    }
    this.#total = this.#above[0] as number;
  }
}
