import { type Block, manualClock, packTicks, type Tick } from '@ethogram/core';
import { sampleSourceContract } from '@ethogram/testkit';
import { describe, expect, it } from 'vitest';
import { openReplay } from '../../src/replay/open-replay.js';

const START = Date.UTC(2026, 0, 1);

function tick(seq: number): Tick {
  return {
    host: 'web1',
    boot: 'boot',
    seq,
    ts: START + seq * 1000,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: ['fd'],
    samples: [
      { kind: 'process', name: 'nginx', values: new Map([['syscall.read.calls', seq + 1]]) },
      { kind: 'host', name: 'host', values: new Map([['cpu.utilisation', 1000]]) },
    ],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: seq === 1 ? { 'ring.full': 2 } : {},
  };
}

const recorded = [0, 1, 2, 3, 4, 5].map(tick);

async function* blocks(...ranges: readonly (readonly Tick[])[]): AsyncGenerator<Block> {
  for (const range of ranges) yield packTicks(range);
}

const inTwoBlocks = () => blocks(recorded.slice(0, 2), recorded.slice(2));

async function collect(source: Awaited<ReturnType<typeof openReplay>>): Promise<Tick[]> {
  const ticks: Tick[] = [];
  for await (const one of source.ticks(new AbortController().signal)) ticks.push(one);
  return ticks;
}

sampleSourceContract('replay', {
  open: () => openReplay(inTwoBlocks(), { speed: 100 }),
  endless: false,
});

describe('replaying a recording', () => {
  it('gives the recorded ticks, with their identity and what was lost in them', async () => {
    const source = await openReplay(inTwoBlocks(), { speed: Number.POSITIVE_INFINITY });
    expect(await collect(source)).toEqual(recorded);
    expect(source.description).toEqual({ backend: 'replay', blind: ['fd'], limitations: [] });
  });

  it('takes as long as the recording did, divided by the speed', async () => {
    const clock = manualClock(START);
    await collect(await openReplay(inTwoBlocks(), { speed: 4, clock }));
    expect(clock.nowMs() - START).toBe(1500);
  });

  it('does not wait out the gaps between ticks', async () => {
    const clock = manualClock(START);
    const late = { ...tick(6), ts: START + 86_400_000 };
    await collect(await openReplay(blocks([tick(0), late]), { clock }));
    expect(clock.nowMs() - START).toBe(2000);
  });

  it('ends the recording when it is closed', async () => {
    let ended = false;
    async function* watched(): AsyncGenerator<Block> {
      try {
        yield* inTwoBlocks();
      } finally {
        ended = true;
      }
    }
    const source = await openReplay(watched(), { speed: 1000 });
    await source.close();
    expect(ended).toBe(true);
  });

  it('refuses a recording without ticks, and a speed that is not above zero', async () => {
    await expect(openReplay(blocks())).rejects.toMatchObject({ code: 'COLLECT-3001', exitCode: 4 });
    for (const speed of [0, -1, Number.NaN]) {
      await expect(openReplay(inTwoBlocks(), { speed })).rejects.toMatchObject({
        code: 'COLLECT-1001',
      });
    }
  });
});
