import type { EbpfAddon } from './ebpf-addon.js';
import { type Loaded, loadAddon } from './find-addon.js';

/**
 * Loads the addon that counts by eBPF. It is optional: it links libbpf, which need not be there.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadEbpf(): Loaded<EbpfAddon> {
  return loadAddon('ebpf');
}
