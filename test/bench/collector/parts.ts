/** How long a part of the bench may take, seconds. */
export interface PartLimits {
  /** No further round begins after so many; a part without rounds has a length of its own. */
  readonly roundsFor: number;
  /** It is ended after so many, and what it measured is lost. */
  readonly most: number;
}

/** The parts in their order. Together they take 15 minutes at most, on a quiet machine about 12. */
export const PARTS = Object.freeze({
  added: { roundsFor: 130, most: 170 },
  throughput: { roundsFor: 270, most: 330 },
  own: { roundsFor: 0, most: 340 },
  lost: { roundsFor: 0, most: 60 },
}) satisfies Readonly<Record<string, PartLimits>>;

/** The name of a part. */
export type Part = keyof typeof PARTS;

/** Whether there is a part of that name. */
export function isPart(name: string): name is Part {
  return Object.hasOwn(PARTS, name);
}
