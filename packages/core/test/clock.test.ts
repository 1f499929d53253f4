import { manualClock, systemClock } from '@ethogram/core';
import { describe, expect, it } from 'vitest';

describe('the manual clock', () => {
  it('moves only when told to or slept on, wall and monotonic time together', async () => {
    const clock = manualClock(1_700_000_000_000);
    expect(clock.nowMs()).toBe(1_700_000_000_000);
    clock.advance(1500);
    await clock.sleep(500);
    expect(clock.nowMs()).toBe(1_700_000_002_000);
    expect(clock.monotonicNs()).toBe(2_000_000_000n);
  });

  it('gives whole milliseconds and does not sleep backwards', async () => {
    const clock = manualClock(1000);
    clock.advance(0.25);
    await clock.sleep(-5);
    expect(clock.nowMs()).toBe(1000);
    expect(clock.monotonicNs()).toBe(250_000n);
  });

  it('rejects a sleep whose signal was aborted, and does not move', async () => {
    const clock = manualClock(0);
    const reason = new Error('stop');
    await expect(clock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(clock.nowMs()).toBe(0);
  });
});

describe('the system clock', () => {
  it('never steps back on its monotonic side, and sleeps at least as long as asked', async () => {
    const before = systemClock.monotonicNs();
    await systemClock.sleep(5);
    const slept = systemClock.monotonicNs() - before;
    expect(slept >= 4_000_000n).toBe(true);
    expect(Number.isInteger(systemClock.nowMs())).toBe(true);
  });

  it('wakes with the reason of the signal', async () => {
    const reason = new Error('stop');
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
  });
});
