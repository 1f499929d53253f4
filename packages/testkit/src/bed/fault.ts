import { setTimeout as delay } from 'node:timers/promises';
import { startUnit } from './service-unit.js';

/** One thing that goes wrong in a bed, and what a detector should say of it. */
export interface Fault {
  readonly name: string;
  /** Sources any of which is a right answer to "who misbehaves?"; names as the collector gives them. */
  readonly culprits: readonly string[];
  /** Detector kinds any of which is right. */
  readonly kinds: readonly string[];
  /** True for what must not alarm. */
  readonly benign: boolean;
  /** Does it and resolves when it is over. */
  inject(): Promise<void>;
}

/** Real services under load in which things can go wrong. */
export interface FaultBed {
  /** Units that belong to it, as `record --match` takes them. */
  readonly match: string;
  /** Sets the load as a share of what is usual, about 0.2 to 2. */
  load(share: number): void;
  /** The periodic job: what it does stands in training too, so it is normal. */
  routine(): Promise<void>;
  /** One fault of each kind, in the order in which they are tried. */
  readonly faults: readonly Fault[];
  stop(): Promise<void>;
}

/** Describes what goes wrong, by whom, seen as what. */
export function fault(
  name: string,
  culprits: readonly string[],
  kinds: readonly string[],
  inject: () => Promise<void>,
): Fault {
  return { name, culprits, kinds, benign: false, inject };
}

/** Describes what a bed does again and again: nobody is to blame for it. */
export function benign(name: string, inject: () => Promise<void>): Fault {
  return { name, culprits: [], kinds: [], benign: true, inject };
}

/** Lets something begin and waits until it is over; what has no end of its own lasts `lengthMs`. */
export function lasting(begin: () => void, lengthMs: number): () => Promise<void> {
  return async () => {
    begin();
    await delay(lengthMs);
  };
}

/** Lets something be so for `lengthMs`, and then as it was. */
export function during(
  begin: () => void | Promise<void>,
  end: () => void | Promise<void>,
  lengthMs: number,
): () => Promise<void> {
  return async () => {
    await begin();
    await delay(lengthMs);
    await end();
  };
}

/** Stops the process that has a number then for `lengthMs`, and lets it go on. */
export function stalled(pid: () => number, lengthMs: number): () => Promise<void> {
  const signal = (name: NodeJS.Signals) => () => void process.kill(pid(), name);
  return during(signal('SIGSTOP'), signal('SIGCONT'), lengthMs);
}

/** The detectors of rates: which of them sees a change first is chance. */
export const RATES = ['level', 'slow', 'forecast', 'joint', 'shape', 'relation'] as const;

/** Runs a command as a unit of its own for so long, then ends it. */
export async function runFor(
  lengthMs: number,
  unitName: string,
  ...command: string[]
): Promise<void> {
  const unit = startUnit(unitName, command);
  await delay(lengthMs);
  await unit.stop();
}
