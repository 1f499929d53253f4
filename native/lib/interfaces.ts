/**
 * Which interface of each addon this code speaks. An addon says which one it was built with; its
 * number goes up with every change of what it exports or hands out, here and in its binding
 * (`kInterface`).
 */
export const INTERFACES = Object.freeze({ ebpf: 2, kernels: 1, procfs: 2 });

/** The name of an addon. */
export type AddonName = keyof typeof INTERFACES;
