import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { must, ROOT, run, say } from '../../setup/src/terminal.mjs';
import { assemblePackage, assembleTree, product } from './assemble.mjs';
import { writeBillOfMaterials } from './bill-of-materials.mjs';
import { buildDebianPackage } from './debian-package.mjs';

/**
 * Makes what is handed out from a built checkout: the npm package, the bill of materials, and,
 * where dpkg-deb is there, the Debian package.
 * @param {string} folder what is in it is replaced
 * @returns {Promise<{ tarball: string, sbom: string, deb?: string }>} files
 */
export async function buildPackages(folder) {
  rmSync(folder, { recursive: true, force: true });
  const at = (name) => join(folder, name);
  for (const name of ['npm', 'tree']) mkdirSync(at(name), { recursive: true });
  const { version } = product();

  assemblePackage(at('npm'));
  await must('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: at('npm') });
  const tarball = at(`ethogram-${version}.tgz`);
  say(`npm package: ${tarball}`);

  assembleTree(at('tree'));
  const sbom = at('ethogram.cdx.json');
  await writeBillOfMaterials(at('tree'), sbom);
  say(`bill of materials: ${sbom}`);

  if ((await run('dpkg-deb', ['--version'], { quiet: true })).code !== 0) {
    say('Debian package: not built, dpkg-deb is not installed');
    return { tarball, sbom };
  }
  const deb = await buildDebianPackage(at('tree'), folder, version);
  say(`Debian package: ${deb}`);
  return { tarball, sbom, deb };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = join(ROOT, 'build', 'packages');
  await buildPackages(folder);
  for (const name of ['npm', 'tree', 'root']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}
