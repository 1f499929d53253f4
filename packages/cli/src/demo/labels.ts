import { readFile } from 'node:fs/promises';
import { printable } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import { z } from 'zod';
import { cliErrors } from '../errors.js';

const labelSchema = z.object({
  kind: z.string(),
  name: z.string(),
  /** Name of the source that did it. */
  culprit: z.string().optional(),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
});

/** Something that is known to have happened in a recording. */
export type Label = z.infer<typeof labelSchema>;

/** After the end of what happened, an anomaly still counts as having found it. */
const GRACE_MS = 60_000;

/**
 * Reads the labels of a data set; none where it has no such file.
 * @throws CLI-1008 where the file is no list of labels.
 */
export async function readLabels(file: string): Promise<readonly Label[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  try {
    return z.array(labelSchema).parse(JSON.parse(text));
  } catch (cause) {
    const found = cause instanceof Error ? printable(cause.message) : 'another';
    throw cliErrors.make(
      'CLI-1008',
      `${printable(file)}: expected a list of labels, found ${found}`,
      {
        cause,
      },
    );
  }
}

/** Whether an anomaly began while something happened, or soon after. */
export function isWithin(label: Label, { ts }: AnomalyRecord): boolean {
  const at = Date.parse(ts);
  return at >= Date.parse(label.from) && at <= Date.parse(label.to) + GRACE_MS;
}

/** The first anomaly that tells of something known to have happened, the culprit's own first. */
export function foundBy(
  label: Label,
  anomalies: readonly AnomalyRecord[],
): AnomalyRecord | undefined {
  const within = anomalies.filter((row) => isWithin(label, row));
  return within.find(({ source }) => source.name === label.culprit) ?? within[0];
}
