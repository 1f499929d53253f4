/** Rows that a fresh log has room for. */
const FIRST_ROOM = 256;

/** Squared distances over time, one row per moment and one column per view, in one array that grows. */
export class DistanceLog {
  readonly #views: number;
  #rows = 0;
  #data: Float64Array;

  constructor(views: number) {
    this.#views = views;
    this.#data = new Float64Array(FIRST_ROOM * (views + 1));
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds a row. */
  push(ts: number, distances: Float64Array): void {
    const width = this.#views + 1;
    if ((this.#rows + 1) * width > this.#data.length) {
      const larger = new Float64Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#rows * width] = ts;
    this.#data.set(distances, this.#rows * width + 1);
    this.#rows++;
  }

  /** The moment of a row, ms UTC. */
  ts(row: number): number {
    return this.#data[row * (this.#views + 1)] as number;
  }

  /** The distances of a row; a view of the log, not a copy. */
  distances(row: number): Float64Array {
    const from = row * (this.#views + 1) + 1;
    return this.#data.subarray(from, from + this.#views);
  }

  /** What one view ever said, without its silences. */
  column(view: number): number[] {
    const known: number[] = [];
    for (let row = 0; row < this.#rows; row++) {
      const distance = this.#data[row * (this.#views + 1) + 1 + view] as number;
      if (!Number.isNaN(distance)) known.push(distance);
    }
    return known;
  }
}
