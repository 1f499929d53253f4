import type { SampleSource } from '@ethogram/collector';
import { processCost } from './own-cost.js';

/** CPU time that this process and the tracers which a source runs have used so far, milliseconds. */
export function measuringCpuMs(source: SampleSource | undefined): number {
  return processCost().cpuMs + (source?.tracersCpuMs?.() ?? 0);
}
