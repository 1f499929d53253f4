import type { Dependency } from './lock-tree.mjs';

/** Packages whose licence is not one of those allowed. */
export function notAllowed(dependencies: readonly Dependency[]): Dependency[];
