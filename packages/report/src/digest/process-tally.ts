import { BinnedSum } from './binned.js';
import type { ProcessView } from './recording-view.js';

const COMMONEST = 8;

/** Adds up what one process source did. */
export class ProcessTally {
  readonly calls: BinnedSum;
  readonly cpuNs: BinnedSum;
  readonly byCall = new Map<string, number>();
  errors = 0;
  readBytes = 0;
  writeBytes = 0;

  constructor(bins: number) {
    this.calls = new BinnedSum(bins);
    this.cpuNs = new BinnedSum(bins);
  }

  view(name: string, seconds: Float64Array): ProcessView {
    const commonest = [...this.byCall].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return {
      name,
      calls: this.calls.total,
      errors: this.errors,
      cpuNs: this.cpuNs.total,
      readBytes: this.readBytes,
      writeBytes: this.writeBytes,
      commonest: commonest.slice(0, COMMONEST),
      callRate: this.calls.rates(seconds),
      cpuShare: this.cpuNs.rates(seconds, 1e9),
    };
  }
}
