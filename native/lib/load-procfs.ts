import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ProcfsAddon } from './procfs-addon.js';

/** The addon, or why there is none. */
export type Loaded<Addon> =
  | { readonly addon: Addon }
  | { readonly addon?: never; readonly reason: string };

/** Where an addon is looked for, in this order: one that came along, one built here. */
const PLACES: readonly string[] = [
  `../prebuilds/${platform()}-${arch()}/ethogram_procfs.node`,
  '../gyp/procfs/build/Release/ethogram_procfs.node',
];

/**
 * Loads the addon that reads procfs.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadProcfs(): Loaded<ProcfsAddon> {
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const place = places.find((path) => existsSync(path));
  if (place === undefined) {
    return { reason: `the procfs addon is not built for ${platform()}-${arch()}` };
  }
  try {
    return { addon: createRequire(import.meta.url)(place) as ProcfsAddon };
  } catch (cause) {
    return { reason: `the procfs addon does not load: ${(cause as Error).message}` };
  }
}
