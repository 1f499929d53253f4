import type { StoredModel } from './store.js';

/** Orders models by name in code-unit order, then version. */
export function compareModels(
  a: Pick<StoredModel, 'name' | 'version'>,
  b: Pick<StoredModel, 'name' | 'version'>,
): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.version - b.version;
}
