/** Licences that a package of others may have: permissive ones, which ask for a notice at most. */
export const ALLOWED_LICENCES = Object.freeze([
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
]);

/**
 * One line for each package: name, version, licence.
 * @param {readonly import('./lock-tree.mjs').Dependency[]} dependencies
 */
export function licenceTable(dependencies) {
  const width = Math.max(...dependencies.map(({ name, version }) => `${name} ${version}`.length));
  return dependencies
    .map(({ name, version, licence }) => `${`${name} ${version}`.padEnd(width)}  ${licence}\n`)
    .join('');
}

/**
 * Packages whose licence is none of {@link ALLOWED_LICENCES}. One that the lock file knows by name
 * alone, since it is for another platform, has the licence of the package that asks for it.
 * @param {readonly import('./lock-tree.mjs').Dependency[]} dependencies
 */
export function notAllowed(dependencies) {
  return dependencies.filter(({ licence, optional }) => {
    const isElsewhere = licence === '' && optional;
    return !isElsewhere && !ALLOWED_LICENCES.includes(licence);
  });
}
