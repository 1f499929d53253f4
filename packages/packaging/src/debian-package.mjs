import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { must, ROOT } from '../../setup/src/terminal.mjs';
import { ROOMS } from './assemble.mjs';
import { licenceTable } from './licence-table.mjs';
import { dependenciesOf } from './lock-tree.mjs';
import { manPage } from './man-page.mjs';

const OURS = fileURLToPath(new URL('..', import.meta.url));
const ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch;
/** What only a compiler or a debugger reads, and addons for another C library than Debian's. */
const NOT_RUN =
  /\.musl\.node$|\.(map|[cm]?ts|flow|gypi?|cc|cpp|c|h|md|yml)$|\/(\.[^/]+|docs?|tests?|example)$/;

/** File name of the package; without the version, so that the container file can name it. */
export const DEBIAN_PACKAGE = `ethogram_${ARCHITECTURE}.deb`;

/**
 * Builds the Debian package.
 * @param {string} tree the product as assembleTree lays it out
 * @param {string} folder where the package is put; the folder `root` in it is what it holds
 * @param {string} version
 */
export async function buildDebianPackage(tree, folder, version) {
  const root = join(folder, 'root');
  rmSync(root, { recursive: true, force: true });
  const put = (path, content, mode = 0o644) => {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  };
  const library = join(root, 'usr/lib/ethogram');
  cpSync(tree, library, {
    recursive: true,
    filter: (file) => !NOT_RUN.test(file.slice(tree.length)) || isNeeded(file),
  });
  for (const file of ['LICENSE', 'npm-shrinkwrap.json']) rmSync(join(library, file));
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/ethogram/bin/ethogram.js', join(root, 'usr/bin/ethogram'));
  const doc = 'usr/share/doc/ethogram';
  const changes = `ethogram (${version}) unstable; urgency=medium\n\n  * See /${doc}/CHANGELOG.gz.\n\n -- Ethogram contributors <ethogram@localhost>  Thu, 01 Jan 2026 00:00:00 +0000\n`;
  put(`${doc}/changelog.gz`, gzip(changes));
  put(`${doc}/CHANGELOG.gz`, gzip(readFileSync(join(ROOT, 'CHANGELOG.md'))));
  put(`${doc}/copyright`, copyright());
  put(`${doc}/examples/mongodb.conf`, ours('systemd/ethogram.service.d/mongodb.conf'));
  const page = manPage(readFileSync(join(ROOT, 'docs/cli.md'), 'utf8'), version);
  put('usr/share/man/man1/ethogram.1.gz', gzip(page));
  put('usr/lib/systemd/system/ethogram.service', ours('systemd/ethogram.service'));
  put('etc/ethogram/config.toml', ours('debian/config.toml'));
  put('usr/share/lintian/overrides/ethogram', ours('debian/lintian-overrides'));
  normaliseModes(root);
  await stripAddons(library);
  const control = ours('debian/control.in')
    .replace('@VERSION@', version)
    .replace('@ARCHITECTURE@', ARCHITECTURE)
    .replace('@SIZE@', String(Math.ceil(bytesIn(root) / 1024)));
  const sums = filesIn(root).map((file) => {
    const hash = createHash('md5').update(readFileSync(file)).digest('hex');
    return `${hash}  ${relative(root, file)}\n`;
  });
  put('DEBIAN/control', control);
  put('DEBIAN/md5sums', sums.join(''));
  put('DEBIAN/conffiles', ours('debian/conffiles'));
  for (const script of ['postinst', 'prerm', 'postrm']) {
    put(`DEBIAN/${script}`, ours(`debian/${script}`), 0o755);
  }
  const file = join(folder, DEBIAN_PACKAGE);
  await must('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', root, file]);
  return file;
}

/** Licences stay, whatever they are called, and so do the files of the data set. */
function isNeeded(file) {
  return /licen[cs]e|notice|copying/i.test(file) || file.includes('/datasets/');
}

function ours(path) {
  return readFileSync(join(OURS, path), 'utf8');
}

function gzip(text) {
  return gzipSync(text, { level: 9 });
}

function copyright() {
  return `Ethogram is licensed under the Apache License, version 2.0; on Debian systems its text is in
/usr/share/common-licenses/Apache-2.0. The programs that it loads into the kernel are licensed under
the GNU General Public License, version 2 (/usr/share/common-licenses/GPL-2), or under BSD-2-Clause,
at your choice; see /usr/lib/ethogram/node_modules/@ethogram/native/bpf/LICENSE.

${readFileSync(join(ROOT, 'NOTICE'), 'utf8')}
It comes with these packages of others, each with its licence beside it:

${licenceTable(dependenciesOf(ROOMS))}`;
}

function normaliseModes(root) {
  for (const file of filesIn(root, true)) {
    const status = statSync(file);
    if (status.isDirectory()) chmodSync(file, 0o755);
    else chmodSync(file, file.endsWith('/bin/ethogram.js') ? 0o755 : 0o644);
  }
}

/** Addons of others come with symbols, which Debian leaves out. */
async function stripAddons(library) {
  const addons = filesIn(library).filter((file) => file.endsWith('.node'));
  await must('strip', ['--strip-unneeded', ...addons]);
}

function filesIn(root, withFolders = false) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => (entry.isDirectory() ? withFolders : entry.isFile()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function bytesIn(root) {
  return filesIn(root).reduce((sum, file) => sum + statSync(file).size, 0);
}
