import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import nodeGypBuild from 'node-gyp-build';
import { type AddonName, INTERFACES } from './interfaces.js';

/** The addon, or why there is none. */
export type Loaded<Addon> =
  | { readonly addon: Addon }
  | { readonly addon?: never; readonly reason: string };

/**
 * Where the build of an addon for this platform, processor and C library lies: prebuilt by
 * prebuildify under `gyp/NAME/prebuilds`, or by hand under `gyp/NAME/build`.
 * @throws Error where there is none, saying for what it was looked.
 */
export function addonFile(name: AddonName): string {
  return nodeGypBuild.resolve(fileURLToPath(new URL(`../gyp/${name}`, import.meta.url)));
}

/**
 * Loads an addon.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadAddon<Addon>(name: AddonName): Loaded<Addon> {
  let file: string;
  try {
    file = addonFile(name);
  } catch (cause) {
    const [looked = ''] = (cause as Error).message.split('\n');
    return { reason: `the ${name} addon is not built: ${looked}` };
  }
  return loadAddonFrom(file, name);
}

/**
 * Loads an addon from a file, where it was built with the interface that this code speaks: what an
 * older one hands out would be misread.
 * @returns the addon, or the reason why it cannot be loaded; never throws.
 */
export function loadAddonFrom<Addon>(file: string, name: AddonName): Loaded<Addon> {
  let built: { readonly interface?: unknown };
  try {
    built = createRequire(import.meta.url)(file);
  } catch (cause) {
    return { reason: `the ${name} addon does not load: ${(cause as Error).message}` };
  }
  if (built.interface === INTERFACES[name]) return { addon: built as Addon };
  return {
    reason:
      `the ${name} addon does not fit: expected one with interface ${INTERFACES[name]}, found ` +
      `${built.interface ?? 'one from before interfaces had numbers'}; ` +
      '`npm run build:native` builds it anew',
  };
}
