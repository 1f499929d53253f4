import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { must, ROOT, say } from '../../setup/src/terminal.mjs';
import { assembleTree } from './assemble.mjs';

/**
 * Writes what the product consists of, in CycloneDX.
 * @param {string} tree the product as assembleTree lays it out
 * @param {string} file
 */
export async function writeBillOfMaterials(tree, file) {
  const args = [
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    '--omit',
    'dev',
  ];
  const { output } = await must('npm', args, { cwd: tree });
  // npm warns on the same stream where a package for another platform is not there.
  writeFileSync(file, output.slice(output.indexOf('{')));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const tree = mkdtempSync(join(tmpdir(), 'ethogram-sbom-'));
  const file = join(ROOT, process.argv[2] ?? 'ethogram.cdx.json');
  try {
    assembleTree(tree);
    await writeBillOfMaterials(tree, file);
    say(`bill of materials: ${file}`);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
