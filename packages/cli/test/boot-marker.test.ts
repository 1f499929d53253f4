import type { Tick } from '@ethogram/core';
import { expect, test } from 'vitest';
import { markBoot } from '../src/collect/boot-marker.js';

const TS = Date.parse('2026-05-01T10:00:00Z');
const tick: Tick = {
  host: 'h',
  boot: 'b',
  seq: 0,
  ts: TS,
  intervalNs: 1e9,
  backend: 'ebpf',
  blind: [],
  samples: [],
  links: [],
  linkSnapshot: false,
  markers: [],
  lost: {},
};

async function* two(): AsyncGenerator<Tick> {
  yield tick;
  yield { ...tick, seq: 1 };
}

const MINUTE = 60_000;

test.each<[string, number | 'never' | undefined, number, boolean]>([
  ['recorded before the boot', TS - 30 * MINUTE, 20 * MINUTE, true],
  ['recorded since the boot', TS - 10 * MINUTE, 20 * MINUTE, false],
  ['never recorded and booted just now', 'never', 5 * MINUTE, true],
  ['never recorded and up for long', 'never', 20 * MINUTE, false],
  ['not measured at all', undefined, MINUTE, false],
])(
  'a host that was %s: in its first tick a boot is marked, or not',
  async (_, last, up, marked) => {
    const kinds: string[][] = [];
    for await (const { markers } of markBoot(two(), last, () => up)) {
      kinds.push(markers.map((marker) => `${marker.kind}: ${marker.text}`));
    }
    const at = new Date(TS - up).toISOString();
    expect(kinds).toEqual([marked ? [`boot: the host booted at ${at}`] : [], []]);
  },
);
