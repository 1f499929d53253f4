import type { SourceSample, Tick } from '@ethogram/core';
import { quietTick } from '@ethogram/testkit';

/** When made ticks begin, ms UTC; a second each. */
export const T = Date.UTC(2026, 4, 1);

/** The tick of the host `h` that ends `index` seconds after {@link T}, with nothing lost or linked. */
export function madeTick(
  index: number,
  samples: readonly SourceSample[],
  more: Partial<Tick> = {},
): Tick {
  return quietTick(index, T + index * 1000, samples, more);
}

/** A process with its values, which are rounded. */
export function processSample(
  name: string,
  values: Readonly<Record<string, number>>,
): SourceSample {
  const rounded = Object.entries(values).map(
    ([metric, value]) => [metric, Math.round(value)] as const,
  );
  return { kind: 'process', name, values: new Map(rounded) };
}
