import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAddonFrom } from '../lib/find-addon.js';
import { type AddonName, INTERFACES } from '../lib/interfaces.js';

const NAMES = Object.keys(INTERFACES) as AddonName[];
const source = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

/** What an interface says, without its comments and white space. */
function said(name: AddonName): string {
  const code = source(`lib/${name}-addon.ts`).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|\s+/gm, '');
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

describe('the interfaces of the addons', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-interfaces-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // Where this fails, the interface was changed: raise its number, here, in lib and in its binding.
  it('change their number whenever they change', () => {
    expect(Object.fromEntries(NAMES.map((name) => [name, [INTERFACES[name], said(name)]]))).toEqual(
      {
        ebpf: [2, 'ca71ea8852c27eec'],
        kernels: [1, '064a3359546dd299'],
        procfs: [2, 'ba4b79ddc83204e2'],
      },
    );
  });

  it.each(NAMES)('have one number in C++ and in TypeScript: %s', (name) => {
    const [, number] = /kInterface = (\d+);/.exec(source(`src/binding/${name}.cc`)) ?? [];
    expect(Number(number)).toBe(INTERFACES[name]);
  });

  it.each([
    ['module.exports = { open() {} };', 'found one from before interfaces had numbers'],
    ['module.exports = { interface: 0, open() {} };', 'found 0'],
  ])('refuse an addon that is older than the code: %s', (text, found) => {
    const file = join(folder, `${createHash('sha1').update(text).digest('hex')}.cjs`);
    writeFileSync(file, text);
    const { reason } = loadAddonFrom(file, 'ebpf') as { readonly reason: string };
    expect(reason).toContain(found);
    expect(reason).toContain('npm run build:native');
  });
});
