/**
 * An aggregating function in DTrace's sense: f(f(A) ∪ f(B)) = f(A ∪ B), so that what was
 * aggregated apart (per CPU, tick or host) merges in any order to what one run would have said.
 * States are plain immutable values; sums are exact integers of any size, where DTrace's wrap
 * at 64 bits. Source: DTrace Guide, chapter "Aggregations"; illumos `dtrace_aggregate_*`.
 */
export interface Aggregation<State, Result> {
  /** DTrace's name of the function. */
  readonly name: string;
  /**
   * f(A) of values, each an integer in the signed 64-bit range.
   * @throws RangeError on a value that is none.
   */
  of(values: Iterable<number | bigint>): State;
  /** f(f(A) ∪ f(B)); commutative and associative, with `of([])` as the neutral element. */
  merge(a: State, b: State): State;
  /** What DTrace prints for a state; `undefined` where no value was seen and none can be named. */
  result(state: State): Result;
}
