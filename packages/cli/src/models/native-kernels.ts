import type { Kernels } from '@ethogram/learn';
import { loadKernels } from '@ethogram/native';

/**
 * The kernels of learning on Eigen: a module of its own, since every worker thread loads it.
 * Importing it fails where the addon does not load; `findKernels` asks first.
 */
export const kernels: Kernels = nativeKernels();

function nativeKernels(): Kernels {
  const loaded = loadKernels();
  if (!loaded.addon) throw new Error(loaded.reason);
  const { addon } = loaded;
  return Object.freeze({
    name: 'native',
    gram: addon.gram,
    eigenSymmetric: addon.eigenSymmetric,
    squaredDistances: addon.squaredDistances,
    moveCentres: (points, d, centres, { iterations, tolerance }) =>
      addon.moveCentres(points, d, centres, iterations, tolerance),
  } satisfies Kernels);
}
