export type {
  EbpfAddon,
  EbpfDevice,
  EbpfFacts,
  EbpfLink,
  EbpfMemory,
  EbpfReading,
  EbpfSession,
} from './ebpf-addon.js';
export { EBPF_COLUMNS, EBPF_TABLES } from './ebpf-addon.js';
export type { Loaded } from './find-addon.js';
export { addonFile } from './find-addon.js';
export type { KernelsAddon } from './kernels-addon.js';
export { loadEbpf } from './load-ebpf.js';
export { loadKernels } from './load-kernels.js';
export { loadProcfs } from './load-procfs.js';
export type {
  ProcessScan,
  ProcessScanner,
  ProcfsAddon,
  ScannedDescriptors,
  ScannedFacts,
} from './procfs-addon.js';
export { DESCRIPTOR_KINDS, SCAN_COLUMNS, SCAN_FLAGS } from './procfs-addon.js';
