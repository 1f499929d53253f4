import { openStore } from '@ethogram/store';

/** The name of a bed's recording. */
export const RECORDING = 'bed';
const LABELS = 'fault-bed';

/** What happened in the bed, and when; milliseconds UTC. */
export interface Label {
  readonly name: string;
  readonly benign: boolean;
  readonly culprits: readonly string[];
  readonly kinds: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** What a recorded bed consists of. */
export interface BedLabels {
  /** When learning ends and the clean part begins. */
  readonly trainTo: number;
  readonly labels: readonly Label[];
}

/** Keeps in a store what happened, so that a recording can be judged later and elsewhere. */
export async function keepLabels(uri: string, labels: BedLabels): Promise<void> {
  const store = await openStore(uri, { mode: 'annotate' });
  try {
    const body = JSON.stringify(labels);
    await store.events.put({
      id: LABELS,
      kind: 'marker',
      host: RECORDING,
      ts: labels.trainTo,
      body,
    });
  } finally {
    await store.close();
  }
}

/** Reads what {@link keepLabels} kept; undefined where no bed was recorded to its end. */
export async function readLabels(uri: string): Promise<BedLabels | undefined> {
  const store = await openStore(uri, { mode: 'read' });
  try {
    const event = await store.events.get('marker', LABELS);
    return event && (JSON.parse(event.body) as BedLabels);
  } finally {
    await store.close();
  }
}
