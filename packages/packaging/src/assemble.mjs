import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from '../../setup/src/terminal.mjs';
import { dependenciesOf } from './lock-tree.mjs';

/** The room whose package is the product; the others lie inside it. */
const PRODUCT = 'packages/cli';

/** The rooms that are handed out, the product first. */
export const ROOMS = [
  PRODUCT,
  ...['collector', 'core', 'features', 'graph', 'learn'].map((room) => `packages/${room}`),
  ...['model', 'report', 'score', 'store'].map((room) => `packages/${room}`),
  'native',
];

/** What lies beside the code, from the top folder. */
const BESIDE = ['LICENSE', 'NOTICE', 'README.md', 'CHANGELOG.md', 'datasets/web-story'];

/** @returns {{ version: string, description: string }} of the product */
export function product() {
  return readJson(join(ROOT, PRODUCT, 'package.json'));
}

/**
 * Lays the built rooms out as one npm package `ethogram`: the command line on top, the other rooms
 * bundled in its `node_modules`, everybody else's packages left to npm, their versions fixed by a
 * shrinkwrap file.
 * @param {string} folder an empty folder
 */
export function assemblePackage(folder) {
  const rooms = ROOMS.map((room) => ({
    room,
    manifest: readJson(join(ROOT, room, 'package.json')),
  }));
  const dependencies = {};
  for (const { room, manifest } of rooms) {
    const target =
      room === PRODUCT ? folder : join(folder, 'node_modules', ...manifest.name.split('/'));
    const files = copyRoom(join(ROOT, room), manifest, target);
    const { devDependencies: _, private: __, ...shipped } = manifest;
    // npm takes no pattern inside a bundled package.
    if (room !== PRODUCT) writeJson(join(target, 'package.json'), { ...shipped, files });
    Object.assign(dependencies, manifest.dependencies);
  }
  for (const name of BESIDE) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const { devDependencies: _, ...manifest } = rooms[0].manifest;
  const bundled = Object.keys(dependencies).filter((name) => name.startsWith('@ethogram/'));
  const shipped = {
    ...manifest,
    files: [...manifest.files, ...BESIDE, 'npm-shrinkwrap.json'],
    dependencies: sorted(dependencies),
    bundleDependencies: bundled.sort(),
  };
  writeJson(join(folder, 'package.json'), shipped);
  writeJson(join(folder, 'npm-shrinkwrap.json'), shrinkwrap(shipped, rooms));
}

/**
 * The product as it lies on a disk after an installation: the package and, copied from this
 * checkout, everybody else's packages that this platform has.
 * @param {string} folder an empty folder
 */
export function assembleTree(folder) {
  assemblePackage(folder);
  for (const { path, name, optional } of dependenciesOf(ROOMS)) {
    const from = join(ROOT, path);
    if (!existsSync(from)) {
      if (optional) continue;
      throw new Error(`${name} is not installed: run npm ci`);
    }
    // What is nested in it comes by itself, where it is needed.
    const skip = join(from, 'node_modules');
    cpSync(from, join(folder, path), { recursive: true, filter: (file) => file !== skip });
  }
}

/** Copies what `files` of a room names, but of `dist` only what has a source today. */
function copyRoom(from, { files }, to) {
  mkdirSync(to, { recursive: true });
  const names = files.flatMap((pattern) => matches(from, pattern));
  for (const name of names) {
    if (!existsSync(join(from, name)))
      throw new Error(`${join(from, name)} is missing: build first`);
    cpSync(join(from, name), join(to, name), {
      recursive: true,
      filter: (file) => name !== 'dist' || isCurrent(from, file),
    });
  }
  return names;
}

// Only the native room has a pattern: the prebuilds of whichever addons there are.
function matches(from, pattern) {
  if (!pattern.includes('*')) return [pattern];
  const folder = dirname(dirname(pattern));
  const addons = readdirSync(join(from, folder)).map((name) => pattern.replace('*', name));
  const there = addons.filter((name) => existsSync(join(from, name)));
  // The others are left out where they could not be built, and the loader says so; without this
  // one nothing can be collected at all.
  if (!there.some((name) => name.split('/').includes('procfs'))) {
    throw new Error(
      `${join(from, folder)}: the procfs addon is missing: npm run build:native first`,
    );
  }
  return there;
}

function isCurrent(room, file) {
  if (statSync(file).isDirectory()) return true;
  const inside = relative(join(room, 'dist'), file);
  const source = /^(.+?)(\.d\.ts|\.js)$/.exec(inside);
  if (!source || inside.startsWith('docs/')) return false;
  return ['src', 'lib'].some((folder) => existsSync(join(room, folder, `${source[1]}.ts`)));
}

/** Fixes every version, with the hash of each package. */
function shrinkwrap(manifest, rooms) {
  const { name, version, license, dependencies, bundleDependencies, bin, engines } = manifest;
  const packages = {
    '': { name, version, license, dependencies, bundleDependencies, bin, engines },
  };
  for (const { room, manifest: inner } of rooms) {
    if (room === PRODUCT) continue;
    const { version, license, dependencies, engines } = inner;
    packages[`node_modules/${inner.name}`] = {
      ...{ version, inBundle: true, license, dependencies, engines },
    };
  }
  for (const { path, entry } of dependenciesOf(ROOMS)) {
    const { dev: _, devOptional: __, ...shipped } = entry;
    packages[path] = shipped;
  }
  return { name, version, lockfileVersion: 3, requires: true, packages };
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
