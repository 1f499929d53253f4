/** One thing a detector said. */
export interface Alarm {
  /** Milliseconds UTC. */
  readonly ts: number;
  /** Suspects, the likeliest first. */
  readonly suspects: readonly string[];
  readonly kinds: readonly string[];
}

/** A detector beside ours: what it says of the ticks after `trainTo`, having learned those before. */
export interface Detector {
  readonly name: string;
  alarms(table: BedTable, trainRows: number): readonly Alarm[];
}

/** One source's metrics over all ticks. */
export interface SourceTable {
  readonly name: string;
  readonly metrics: readonly string[];
  /** rows × metrics. */
  readonly data: Float64Array;
  /** Per row: whether the source was there. */
  readonly present: Uint8Array;
}

/** The recorded bed as dense tables, one row a tick. */
export interface BedTable {
  readonly ts: Float64Array;
  readonly sources: readonly SourceTable[];
}
