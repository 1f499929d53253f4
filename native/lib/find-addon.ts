import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import nodeGypBuild from 'node-gyp-build';

/** The addon, or why there is none. */
export type Loaded<Addon> =
  | { readonly addon: Addon }
  | { readonly addon?: never; readonly reason: string };

/**
 * Where the build of an addon for this platform, processor and C library lies: prebuilt by
 * prebuildify under `gyp/NAME/prebuilds`, or by hand under `gyp/NAME/build`.
 * @throws Error where there is none, saying for what it was looked.
 */
export function addonFile(name: string): string {
  return nodeGypBuild.resolve(fileURLToPath(new URL(`../gyp/${name}`, import.meta.url)));
}

/**
 * Loads an addon.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadAddon<Addon>(name: string): Loaded<Addon> {
  let file: string;
  try {
    file = addonFile(name);
  } catch (cause) {
    const [looked = ''] = (cause as Error).message.split('\n');
    return { reason: `the ${name} addon is not built: ${looked}` };
  }
  try {
    return { addon: createRequire(import.meta.url)(file) as Addon };
  } catch (cause) {
    return { reason: `the ${name} addon does not load: ${(cause as Error).message}` };
  }
}
