import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { EbpfAddon } from './ebpf-addon.js';
import type { Loaded } from './load-procfs.js';

/** Where the addon is looked for, in this order: one that came along, one built here. */
const PLACES: readonly string[] = [
  `../prebuilds/${platform()}-${arch()}/ethogram_ebpf.node`,
  '../gyp/ebpf/build/Release/ethogram_ebpf.node',
];

/**
 * Loads the addon that counts by eBPF. It is optional: it links libbpf, which need not be there.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadEbpf(): Loaded<EbpfAddon> {
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const place = places.find((path) => existsSync(path));
  if (place === undefined) {
    return { reason: `the eBPF addon is not built for ${platform()}-${arch()}` };
  }
  try {
    return { addon: createRequire(import.meta.url)(place) as EbpfAddon };
  } catch (cause) {
    return { reason: `the eBPF addon does not load: ${(cause as Error).message}` };
  }
}
