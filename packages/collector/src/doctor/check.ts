import type { HostFacts } from './host-facts.js';

/** One thing that `doctor` looked at. */
export interface Check {
  /** Stable: scripts may go by it. */
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly expected: string;
  /** What to do where it is not ok; empty where it is. */
  readonly remedy: string;
  /** What does not work, or works less well, where it is not ok. */
  readonly affects: string;
}

/** A check: facts in, verdict out, nothing touched. */
export type CheckHost = (facts: HostFacts) => Check;

/** A check whose remedy is told only where it is needed. */
export function verdict(check: Check): Check {
  return check.ok ? { ...check, remedy: '' } : check;
}
