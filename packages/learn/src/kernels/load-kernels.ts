import type { KernelModule, Kernels } from './kernels.js';
import { TYPESCRIPT_KERNELS } from './typescript-kernels.js';

/**
 * The kernels of a module, or those in TypeScript.
 * @param module URL of a module that exports `kernels`, or null.
 */
export async function loadKernels(module: string | null): Promise<Kernels> {
  if (module === null) return TYPESCRIPT_KERNELS;
  const loaded: KernelModule = await import(module);
  return loaded.kernels;
}
