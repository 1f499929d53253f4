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
  readonly #tail: Tail;
  /** Bins that weigh something, ascending. */
  #bins: Int32Array;
  /** Per bin two numbers: the weight of it and of all above it, and its own. Two more at the end. */
  #weights: Float64Array;
  /** Share of scores at or above the last one that was read, up to the tail. */
  #p = 1;

  constructor({ bins, tail }: Calibration) {
    this.#tail = tail;
    this.#bins = new Int32Array(0);
    this.#weights = new Float64Array(2);
    this.resume(bins);
  }

  /** Weight of all calibration scores. */
  get size(): number {
    return this.#weights[0] as number;
  }

  /** Adds a score with a weight. */
  add(s: number, weight = 1): void {
    const bin = calibrationBin(s);
    const after = this.#after(bin);
    const at = after - 1;
    if (after > 0 && this.#bins[at] === bin) {
      this.#weights[2 * at + 1] = (this.#weights[2 * at + 1] as number) + weight;
      this.#addUp(at);
    } else {
      const state = this.state();
      this.resume([...state.slice(0, after), [bin, weight], ...state.slice(after)]);
    }
  }

  /** Lets everything weigh less: `factor` in (0, 1]. */
  decay(factor: number): void {
    const count = this.#bins.length;
    let isLight = false;
    for (let i = 0; i < count; i++) {
      const weight = (this.#weights[2 * i + 1] as number) * factor;
      this.#weights[2 * i + 1] = weight;
      if (weight < 1e-6) isLight = true;
    }
    if (isLight) this.resume(this.state().filter(([, weight]) => weight >= 1e-6));
    else this.#addUp(count - 1);
  }

  /** What a combined score means. */
  read(s: number): Calibrated {
    const score = this.score(s);
    if (s <= this.#tail.u) return { score, p: this.#p, pBelow: null };
    const smallest = 1 / (this.size + 1);
    return this.#tail.exceedances >= MIN_EXCEEDANCES || score <= -Math.log10(smallest)
      ? { score, p: 10 ** -score, pBelow: null }
      : { score, p: null, pBelow: smallest };
  }

  /** The score alone of {@link read}. */
  score(s: number): number {
    const { u, beta, xi } = this.#tail;
    const x = s - u;
    const all = this.size + 1;
    this.#p = (1 + this.#weightAbove(Math.min(s, u))) / all;
    if (x <= 0) return -Math.log10(this.#p);
    const logSurvival = xi > 0 ? -Math.log1p((xi * x) / beta) / xi : -x / beta;
    // What was counted since outweighs the tail of training: a new normal is not odd for ever.
    const counted = this.#weightAbove(s) / all;
    return Math.min(-Math.log10(this.#p) - logSurvival / Math.LN10, -Math.log10(counted));
  }

  /** Its state, for a checkpoint. */
  state(): readonly (readonly [number, number])[] {
    return Array.from(this.#bins, (bin, i) => [bin, this.#weights[2 * i + 1] as number] as const);
  }

  /** Takes up a {@link state} in place of what it holds. */
  resume(bins: readonly (readonly [number, number])[]): void {
    this.#bins = Int32Array.from(bins, ([bin]) => bin);
    this.#weights = new Float64Array(2 * bins.length + 2);
    for (let i = 0; i < bins.length; i++) this.#weights[2 * i + 1] = bins[i]?.[1] as number;
    this.#addUp(bins.length - 1);
  }

  /** Weight at or above a score, linear within a bin. */
  #weightAbove(s: number): number {
    const bin = calibrationBin(s);
    const after = this.#after(bin);
    const at = after - 1;
    const inside = after > 0 && this.#bins[at] === bin ? (this.#weights[2 * at + 1] as number) : 0;
    return (this.#weights[2 * after] as number) + inside * (bin + 1 - s / BIN);
  }

  /** Place of the first bin that lies after a bin. */
  #after(bin: number): number {
    let low = 0;
    let high = this.#bins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bins[middle] as number) <= bin) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds up the weights from the top, anew from one place down. */
  #addUp(from: number): void {
    const weights = this.#weights;
    for (let at = 2 * from; at >= 0; at -= 2) {
      weights[at] = (weights[at + 2] as number) + (weights[at + 1] as number);
    }
  }
}
