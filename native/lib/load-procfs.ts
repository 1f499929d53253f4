import { type Loaded, loadAddon } from './find-addon.js';
import type { ProcfsAddon } from './procfs-addon.js';

/**
 * Loads the addon that reads procfs.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadProcfs(): Loaded<ProcfsAddon> {
  return loadAddon('procfs');
}
