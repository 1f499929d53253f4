import {
  blockBytes,
  packTicks,
  sameBlock,
  type Tick,
  tickIdentity,
  unpackTicks,
} from '@ethogram/core';
import { arbitraryTicks, canonicalTicks } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const [tick] = fc.sample(arbitraryTicks({ maxTicks: 1 }), { seed: 1, numRuns: 1 })[0] as [Tick];

describe('ticks in typed columns', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(arbitraryTicks(), (ticks) => {
        expect(canonicalTicks(unpackTicks(packTicks(ticks)))).toEqual(canonicalTicks(ticks));
      }),
    );
  });

  it('stand in compressed rows, ascending by series within a tick, each series once', () => {
    fc.assert(
      fc.property(arbitraryTicks(), (ticks) => {
        const block = packTicks(ticks);
        expect(block.rowStart).toHaveLength(ticks.length + 1);
        expect(block.rowStart[ticks.length]).toBe(block.values.length);
        for (let t = 0; t < ticks.length; t++) {
          const row = [...block.seriesIndex.subarray(block.rowStart[t], block.rowStart[t + 1])];
          expect(row).toEqual([...new Set(row)].sort((a, b) => a - b));
        }
        expect(blockBytes(block)).toBe(ticks.length * 28 + 4 + block.values.length * 12);
      }),
    );
  });

  it('take the newest attributes of a source, whichever tick brought them', () => {
    const sample = { kind: 'process', name: 'a', values: new Map([['cpu.ns', 1]]) } as const;
    const older = { ...tick, samples: [{ ...sample, attributes: { exe: '/old' } }] };
    const newer = {
      ...tick,
      seq: tick.seq + 1,
      samples: [{ ...sample, attributes: { exe: '/new' } }],
    };
    const last = { ...tick, seq: tick.seq + 2, samples: [sample] };
    expect(packTicks([older, newer, last]).sources).toEqual([
      { kind: 'process', name: 'a', attributes: { exe: '/new' } },
    ]);
  });

  it('never mix hosts, boots, backends or what they cannot see', () => {
    for (const other of [{ host: 'x' }, { boot: 'x' }, { backend: 'x' }, { blind: ['x'] }]) {
      expect(sameBlock(tick, { ...tick, ...other })).toBe(false);
      expect(() => packTicks([tick, { ...tick, ...other }])).toThrow(RangeError);
    }
  });

  it('need at least one tick', () => {
    expect(() => packTicks([])).toThrow(RangeError);
  });
});

describe('the identity of a tick', () => {
  it('is host, boot and sequence number', () => {
    expect(tickIdentity({ host: 'h', boot: 'b', seq: 7 })).toBe('h/b/7');
  });
});
