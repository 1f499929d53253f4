import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadProcfs } from '@ethogram/native';
import { describe, expect, it } from 'vitest';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const glibc = loadProcfs().addon?.keepMemorySmall() === true;
if (!glibc) process.stderr.write('skipped: this C library has no such settings\n');

/** Runs a program in a process of its own, in which `begin` sets what is set, or nothing. */
function measured(program: string, small: 'keepMemorySmall' | 'keepStreamSmall' | false): number {
  const text = `
    import { readFileSync } from 'node:fs';
    import { getHeapSpaceStatistics } from 'node:v8';
    import * as collector from ${JSON.stringify(built)};
    const begin = () => collector[${JSON.stringify(small)}]?.() ?? (() => undefined);
    ${program}`;
  const args = ['--expose-gc', '--input-type=module', '-e', text];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** What survives a collection makes the young generation grow: a tick holds what the one before made. */
const young = (told: boolean) => `
  const afterTick = ${told} ? begin() : (begin(), () => undefined);
  let held = [];
  for (let tick = 0; tick < 60; tick++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const made = [];
    for (let i = 0; i < 20_000; i++) made.push({ tick, i });
    held = made;
    afterTick();
  }
  console.log(getHeapSpaceStatistics().find((s) => s.space_name === 'new_space').space_size);`;

/** A large piece that was freed teaches the C library to keep such ones in its heap. */
const GROWTH_OF_HEAP = `
  const heap = () => {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) .*\\[heap\\]$/m.exec(maps);
    return parseInt(to, 16) - parseInt(from, 16);
  };
  Buffer.alloc(16 << 20, 1);
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 50));
  begin();
  const before = heap();
  const pieces = Array.from({ length: 64 }, () => Buffer.alloc(256 << 10, 1));
  console.log(heap() - before + 0 * pieces.length);`;

/** Much that lives for a while: the most that the heap has, bytes. */
const OLD = `
  begin();
  const ring = [];
  let most = 0;
  for (let i = 0; i < 4_000; i++) {
    ring[i % 400] = Array.from({ length: 2_000 }, (_, at) => i + at + 0.5);
    most = Math.max(most, process.memoryUsage().heapUsed);
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  console.log(most + 0 * ring.length);`;

describe('memory that is kept small', () => {
  it('leaves the young generation at what a tick needs', () => {
    expect(measured(young(true), false)).toBeGreaterThanOrEqual(16 << 20);
    expect(measured(young(true), 'keepMemorySmall')).toBeLessThanOrEqual(8 << 20);
  });

  it('leaves it small through what comes before the first tick: a model, and ticks to catch up with', () => {
    expect(measured(young(false), 'keepMemorySmall')).toBeLessThanOrEqual(8 << 20);
  });

  it('collects the old generation of a stream before it has doubled', () => {
    const unlimited = measured(OLD, false);
    expect(measured(OLD, 'keepStreamSmall')).toBeLessThan(0.75 * unlimited);
  });

  it.skipIf(!glibc)(
    'maps large pieces one by one, so that they go back when they are freed',
    () => {
      expect(measured(GROWTH_OF_HEAP, false)).toBeGreaterThan(12e6);
      expect(measured(GROWTH_OF_HEAP, 'keepMemorySmall')).toBeLessThan(4e6);
      expect(measured(GROWTH_OF_HEAP, 'keepStreamSmall')).toBeLessThan(4e6);
    },
  );
});
