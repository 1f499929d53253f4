/**
 * The sequence numbers of one host and boot that a recording holds or once held, as ascending
 * runs `[first, last]`, so that no tick is ever stored twice. A collector counts up by one, so
 * there is one run for hours of ticks.
 */
export class SeqRuns {
  readonly #runs: [number, number][];

  /** @param runs ascending and apart from each other, as {@link toJSON} gives them. */
  constructor(runs: readonly (readonly [number, number])[] = []) {
    this.#runs = runs.map(([first, last]) => [first, last]);
  }

  has(seq: number): boolean {
    const run = this.#runs[this.#find(seq)];
    return run !== undefined && run[0] <= seq;
  }

  /** Adds a number; false where it was there already. Complexity: logarithmic but for inserts. */
  add(seq: number): boolean {
    const at = this.#find(seq);
    const here = this.#runs[at];
    if (here && here[0] <= seq) return false;
    const before = this.#runs[at - 1];
    const joinsBefore = before !== undefined && before[1] === seq - 1;
    const joinsHere = here !== undefined && here[0] === seq + 1;
    if (joinsBefore && joinsHere) {
      before[1] = here[1];
      this.#runs.splice(at, 1);
    } else if (joinsBefore) before[1] = seq;
    else if (joinsHere) here[0] = seq;
    else this.#runs.splice(at, 0, [seq, seq]);
    return true;
  }

  /** Adds every number from `first` to `last`. */
  addRun(first: number, last: number): void {
    const overlapping = this.#runs.filter((run) => run[0] <= last + 1 && run[1] >= first - 1);
    const apart = this.#runs.filter((run) => run[0] > last + 1 || run[1] < first - 1);
    const joined: [number, number] = [
      Math.min(first, ...overlapping.map((run) => run[0])),
      Math.max(last, ...overlapping.map((run) => run[1])),
    ];
    this.#runs.splice(0, this.#runs.length, ...[...apart, joined].sort((a, b) => a[0] - b[0]));
  }

  toJSON(): readonly (readonly [number, number])[] {
    return this.#runs;
  }

  /** Index of the first run that ends at or after `seq`. */
  #find(seq: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle] as [number, number])[1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
