/** The rooms that are handed out. */
export const ROOMS: readonly string[];

/** The product as it lies on a disk after an installation. */
export function assembleTree(folder: string): void;
