import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../setup/src/terminal.mjs';

/**
 * @typedef {object} Dependency a package of somebody else that the product runs with
 * @property {string} path where it lies, from the top folder: `node_modules/a/node_modules/b`
 * @property {string} name
 * @property {string} version
 * @property {string} licence an SPDX expression; empty where the package names none
 * @property {boolean} optional it may be missing on this platform
 * @property {object} entry as the lock file has it
 */

/**
 * What the rooms named, and whatever they need, take from elsewhere, by the lock file; development
 * dependencies are left out.
 * @param {readonly string[]} rooms folders: `native`, `packages/core`
 * @returns {Dependency[]} sorted by path
 */
export function dependenciesOf(rooms) {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const found = new Map();
  const waiting = [...rooms];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (name.startsWith('@ethogram/')) continue;
      const place = resolve(packages, path, name);
      if (place === undefined) {
        if (name in optionalDependencies) continue;
        throw new Error(`${name}, which ${path} needs, is not in package-lock.json`);
      }
      if (found.has(place)) continue;
      const entry = packages[place];
      const { version, license = '', optional = false } = entry;
      found.set(place, { path: place, name, version, licence: license, optional, entry });
      waiting.push(place);
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** As Node looks for a package: in the folder itself, then in each above it. */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.replace(/\/?(node_modules\/(@[^/]+\/)?)?[^/]+$/, '')) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (folder === '') return undefined;
  }
}
