import { manualClock } from '@ethogram/core';
import { describe, expect, it } from 'vitest';
import { TickClock } from '../../src/tick/tick-clock.js';

const START = Date.UTC(2026, 0, 1);
const never = new AbortController().signal;

function clockAt(offsetMs: number) {
  const clock = manualClock(START + offsetMs);
  let suspendedNs = 0n;
  let steppedMs = 0;
  const stepping = { ...clock, nowMs: () => clock.nowMs() + steppedMs };
  const ticks = new TickClock({
    clock: stepping,
    bootTimeNs: () => 5_000_000_000n + clock.monotonicNs() + suspendedNs,
    intervalMs: () => 1000,
  });
  return {
    clock,
    ticks,
    step: (ms: number) => {
      steppedMs += ms;
    },
    /** The wall clock and the boot clock go on, the monotonic clock stands still. */
    suspend: (ms: number) => {
      suspendedNs += BigInt(ms) * 1_000_000n;
      steppedMs += ms;
    },
  };
}

describe('the tick clock', () => {
  it('ends ticks at whole intervals of UTC, and measures their length', async () => {
    const { ticks } = clockAt(300);
    expect(await ticks.wait(never)).toBe(true);
    const first = ticks.stamp();
    expect([first.ts - START, first.intervalNs, first.missed]).toEqual([1000, 700e6, 0]);
    await ticks.wait(never);
    const second = ticks.stamp();
    expect([second.ts - START, second.intervalNs]).toEqual([2000, 1e9]);
    expect(second.seq).toBe(first.seq + 1);
  });

  it('draws a first interval out that would be under half a period', async () => {
    const { ticks } = clockAt(800);
    await ticks.wait(never);
    expect(ticks.stamp().ts - START).toBe(2000);
  });

  it('begins to count at the microseconds since boot, so that two runs never share a number', () => {
    expect(clockAt(0).ticks.stamp().seq).toBe(5_000_000);
  });

  it('takes a late tick late, and says how many it missed', async () => {
    const { ticks, clock } = clockAt(0);
    await ticks.wait(never);
    ticks.stamp();
    clock.advance(3200);
    await ticks.wait(never);
    const late = ticks.stamp();
    expect([late.ts - START, late.intervalNs, late.missed]).toEqual([5000, 4e9, 3]);
  });

  it('marks a step of the wall clock over a second, either way, and goes on at once', async () => {
    for (const stepMs of [-7000, 7000]) {
      const { ticks, step, clock } = clockAt(0);
      await ticks.wait(never);
      ticks.stamp();
      step(stepMs);
      await ticks.wait(never);
      const stamp = ticks.stamp();
      expect(stamp.markers.map((marker) => marker.kind)).toEqual(['clock-step']);
      expect(stamp.markers[0]?.text).toContain(`${stepMs / 1000}.0 s`);
      expect(stamp.intervalNs).toBe(1e9);
      expect(clock.nowMs() - START).toBe(2000);
    }
  });

  it('does not wait out the hour that a clock was stepped back while it waited', async () => {
    const clock = manualClock(START);
    let slept = 0;
    const steppedInSleep = {
      ...clock,
      nowMs: () => clock.nowMs() - (slept > 0 ? 3_600_000 : 0),
      sleep: (ms: number) => {
        slept += ms;
        return clock.sleep(ms);
      },
    };
    const bootTimeNs = clock.monotonicNs;
    const ticks = new TickClock({ clock: steppedInSleep, bootTimeNs, intervalMs: () => 1000 });
    expect(await ticks.wait(never)).toBe(true);
    expect(slept).toBe(1000);
  });

  it('marks a suspend as a gap, and no step of the clock', async () => {
    const { ticks, suspend } = clockAt(0);
    await ticks.wait(never);
    ticks.stamp();
    suspend(60_000);
    await ticks.wait(never);
    const stamp = ticks.stamp();
    expect(stamp.markers.map((marker) => marker.kind)).toEqual(['gap']);
    expect(stamp.markers[0]?.text).toContain('60.0 s');
  });

  it('does not wait once it is told to stop', async () => {
    const { ticks } = clockAt(0);
    expect(await ticks.wait(AbortSignal.abort())).toBe(false);
  });
});
