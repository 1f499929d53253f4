import { bpftraceCommand } from './bpftrace-command.js';
import { readRecipe } from './read-recipe.js';
import { RecipeReader } from './recipe-reader.js';

/** Series of one recipe at once: as many as bpftrace's own maps hold keys. */
const MOST_SERIES = 4096;

/**
 * Reads and attaches recipes: all, or none.
 * @throws COLLECT-1002 on a recipe that cannot be used, before any is attached; COLLECT-2005 on
 * one that does not run.
 */
export async function startRecipes(options: {
  readonly recipes: readonly string[];
  readonly sysRoot: string;
}): Promise<RecipeReader[]> {
  const recipes = options.recipes.map((path) => readRecipe(path));
  const how = bpftraceCommand(options.sysRoot);
  const readers = recipes.map(
    (recipe) => new RecipeReader(recipe, { how, maxSeries: MOST_SERIES }),
  );
  const started = await Promise.allSettled(readers.map((reader) => reader.start()));
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return readers;
  for (const reader of readers) await reader.close();
  throw failed.reason;
}
