import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, run, say } from './terminal.mjs';

const NATIVE = join(ROOT, 'native');
const BPF = join(NATIVE, 'bpf');
const OUTPUT = join(BPF, '.output');

/**
 * Builds what is not up to date: the eBPF programs, their skeleton, and the three addons. The
 * procfs addon is required; without the others the product works, so that their failure is said
 * and not thrown.
 * @returns {Promise<{ ebpf: boolean }>} whether the eBPF addon is there
 */
export async function buildNative() {
  await buildAddon('procfs', []);
  try {
    await buildAddon('kernels', []);
  } catch (error) {
    say(`The kernels addon could not be built; learning will take longer.\n${error.message}`);
  }
  try {
    await buildPrograms();
    await buildAddon('ebpf', [join(OUTPUT, 'ethogram.skel.h'), join(BPF, 'records.h')]);
    return { ebpf: true };
  } catch (error) {
    say(`The eBPF addon could not be built; the procfs backend will be used.\n${error.message}`);
    return { ebpf: false };
  }
}

/** Compiles the kernel side and generates the skeleton by which the addon carries it. */
async function buildPrograms() {
  const skeleton = join(OUTPUT, 'ethogram.skel.h');
  const object = join(OUTPUT, 'ethogram.bpf.o');
  const sources = readdirSync(BPF)
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(BPF, name));
  if (upToDate(skeleton, sources)) {
    say('eBPF programs: up to date');
    return;
  }
  mkdirSync(OUTPUT, { recursive: true });
  await check('clang', [
    ...(await bpfFlags(process.arch)),
    '-c',
    join(BPF, 'ethogram.bpf.c'),
    '-o',
    object,
  ]);
  const generated = await check('bpftool', ['gen', 'skeleton', object, 'name', 'ethogram_bpf']);
  // Written beside and renamed, so that an interrupted build never looks up to date.
  writeFileSync(`${skeleton}.part`, generated);
  renameSync(`${skeleton}.part`, skeleton);
  say('eBPF programs: built');
}

/**
 * What clang is told to compile the kernel side with.
 * @param {string} arch as Node names it: `x64` or `arm64`
 */
export async function bpfFlags(arch) {
  const target = { x64: 'x86', arm64: 'arm64' }[arch];
  if (target === undefined) throw new Error(`no eBPF programs for ${arch}`);
  const triple = (await check('cc', ['-dumpmachine'])).trim();
  return [
    ...['-g', '-O2', '-Wall', '-Wno-unused-function', '-target', 'bpf', '-mcpu=v3'],
    ...[`-D__TARGET_ARCH_${target}`, `-I${BPF}`, '-isystem', `/usr/include/${triple}`],
  ];
}

/**
 * Builds an addon as it is shipped: over N-API, so that one build serves every later Node, and
 * named by platform, processor and C library.
 */
async function buildAddon(name, generated) {
  const project = join(NATIVE, 'gyp', name);
  const prebuilds = join(project, 'prebuilds', `${process.platform}-${process.arch}`);
  const addon = existsSync(prebuilds)
    ? join(prebuilds, readdirSync(prebuilds).find((file) => file.endsWith('.node')) ?? '')
    : prebuilds;
  const sources = [join(project, 'binding.gyp'), ...generated];
  for (const folder of ['core', 'binding']) {
    for (const file of readdirSync(join(NATIVE, 'src', folder))) {
      if (file.startsWith(name)) sources.push(join(NATIVE, 'src', folder, file));
    }
  }
  if (upToDate(addon, sources)) {
    say(`${name} addon: up to date`);
    return;
  }
  rmSync(prebuilds, { recursive: true, force: true });
  const bin = (tool, file) => join(ROOT, 'node_modules', tool, file);
  await check(
    process.execPath,
    [
      ...[bin('prebuildify', 'bin.js'), '--napi', '--strip', '--tag-libc'],
      ...['--name', `ethogram_${name}`, '--target', process.versions.node],
      ...['--node-gyp', bin('node-gyp', 'bin/node-gyp.js')],
    ],
    { cwd: project, env: nodeFolder() },
  );
  say(`${name} addon: built`);
}

/** Headers that came with this Node make a download of them unnecessary. */
function nodeFolder() {
  const prefix = dirname(dirname(process.execPath));
  const isThere = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return isThere ? { npm_config_nodedir: prefix } : {};
}

function upToDate(output, sources) {
  if (!statSync(output, { throwIfNoEntry: false })?.isFile()) return false;
  const built = statSync(output).mtimeMs;
  return sources.every((source) => statSync(source).mtimeMs <= built);
}

async function check(command, args, options = {}) {
  const { code, output } = await run(command, args, { quiet: true, ...options });
  if (code === 0) return output;
  if (code === 127) throw new Error(`\`${command}\` is not installed: ${output.trim()}`);
  const tail = output.trim().split('\n').slice(-30).join('\n');
  throw new Error(`\`${command} ${args.join(' ')}\` ended with exit code ${code}:\n${tail}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildNative();
}
