import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Modules of ours below which the cruiser did not see what is there. */
const FEWEST_MODULES = 150;

interface Cruise {
  readonly summary: {
    readonly violations: { readonly from: string; readonly rule: { readonly name: string } }[];
  };
  readonly modules: {
    readonly source: string;
    readonly dependencies: { readonly resolved: string }[];
  }[];
}

function cruise(folder: string): Promise<Cruise> {
  const cruiser = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cruiser, '--output-type', 'json', 'packages', 'native/lib'],
      { cwd: folder, maxBuffer: 1 << 28 },
      (_error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Cruise);
        } catch {
          reject(new Error(stderr || stdout));
        }
      },
    );
  });
}

/** A copy of our own packages, sources and built output, beside everybody else's. */
async function copyOfTheHouse(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'ethogram-walls-'));
  const keep = (path: string) =>
    !['node_modules', 'build', '.output', 'test'].includes(basename(path));
  cpSync(join(ROOT, 'packages'), join(copy, 'packages'), { recursive: true, filter: keep });
  for (const part of ['lib', 'dist', 'package.json']) {
    if (existsSync(join(ROOT, 'native', part))) {
      cpSync(join(ROOT, 'native', part), join(copy, 'native', part), { recursive: true });
    }
  }
  for (const file of ['package.json', 'tsconfig.base.json', '.dependency-cruiser.cjs']) {
    cpSync(join(ROOT, file), join(copy, file));
  }
  await mkdir(join(copy, 'node_modules/@ethogram'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name === '@ethogram') continue;
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  for (const name of readdirSync(join(copy, 'packages'))) {
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@ethogram', name));
  }
  symlinkSync(join(copy, 'native'), join(copy, 'node_modules/@ethogram/native'));
  return copy;
}

test('no room imports what stands behind it, and the cruiser saw the whole house', async () => {
  const { summary, modules } = await cruise(ROOT);
  expect(summary.violations).toEqual([]);
  const ours = modules.filter((m) => /^(packages\/[^/]+\/src|native\/lib)\//.test(m.source));
  expect(ours.length).toBeGreaterThanOrEqual(FEWEST_MODULES);
  const acrossRooms = ours.filter((m) =>
    m.dependencies.some((d) => /^(packages\/[^/]+|native)\/dist\//.test(d.resolved)),
  );
  expect(acrossRooms.length).toBeGreaterThan(20);
});

/** Wrong imports: where each is planted, what it says, and the rule that must catch it. */
const PLANTED = [
  ['packages/core/src', "import '@ethogram/store';", 'core-imports-only-what-stands-before-it'],
  ['packages/learn/src', "import '@ethogram/score';", 'learn-imports-only-what-stands-before-it'],
  ['packages/score/src', "import '@ethogram/learn';", 'score-imports-only-what-stands-before-it'],
  [
    'packages/collector/src',
    "import '@ethogram/store';",
    'collector-imports-only-what-stands-before-it',
  ],
  ['packages/model/src', "import 'lmdb';", 'only-drivers-touch-a-database-client'],
  ['packages/report/src', "import 'node:module';", 'only-the-loader-touches-an-addon'],
  ['native/lib', "import '@ethogram/core';", 'native-imports-nothing-of-ours'],
] as const;

describe('a wrong import', () => {
  let house: string;
  let violations: Cruise['summary']['violations'];

  beforeAll(async () => {
    house = await copyOfTheHouse();
    for (const [folder, line] of PLANTED) {
      writeFileSync(join(house, folder, 'planted.ts'), `${line}\n`);
    }
    ({ violations } = (await cruise(house)).summary);
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  test.each(PLANTED)('planted in %s (%s) is caught', (folder, _line, rule) => {
    const caught = violations.filter((v) => v.from === `${folder}/planted.ts`);
    expect(caught.map((v) => v.rule.name)).toContain(rule);
  });
});

test('the lock file names every optional build, so that npm ci takes it', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const wanted = Object.values(lock.packages).flatMap((p) =>
    Object.keys(p.optionalDependencies ?? {}),
  );
  const missing = wanted.filter((name) => !lock.packages[`node_modules/${name}`]);
  expect(wanted.length).toBeGreaterThan(20);
  expect(missing, 'run node packages/setup/src/complete-lock.mjs').toEqual([]);
});

test('no package of ours runs anything when it is installed', () => {
  const folders = [
    '.',
    'native',
    ...readdirSync(join(ROOT, 'packages')).map((p) => `packages/${p}`),
  ];
  const scripts = folders.flatMap((folder) => {
    const { name, scripts = {} } = JSON.parse(
      readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
    ) as { name: string; scripts?: Record<string, string> };
    return Object.keys(scripts).map((script) => `${name} ${script}`);
  });
  expect(scripts.length).toBeGreaterThan(5);
  expect(scripts.filter((s) => /(install|prepare|prepublish)$/.test(s))).toEqual([]);
});
