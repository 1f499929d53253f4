import { type Loaded, loadAddon } from './find-addon.js';
import type { KernelsAddon } from './kernels-addon.js';

/**
 * Loads the addon with the arithmetic of learning. It is optional: without it learning does the
 * same in TypeScript, and takes longer.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadKernels(): Loaded<KernelsAddon> {
  return loadAddon('kernels');
}
